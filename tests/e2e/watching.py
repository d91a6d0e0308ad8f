"""Watches all that a browser does, so that each test also proves that nothing fails and nothing leaves the box."""

from collections.abc import Sequence

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

# A page that is answered with 404 on purpose says so in the console; `_on_response` judges by address instead.
EXPECTED_CONSOLE = "Failed to load resource"
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", violation => console.error(
    `content security policy: ${violation.violatedDirective} stopped ${violation.blockedURI}`));
"""


class Watch:
    """What went wrong in a browser context. It listens from the first page on."""

    def __init__(self, context: BrowserContext, own_url: str) -> None:
        self.problems: list[str] = []
        self.addresses: list[str] = []
        self._own_url = own_url
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.problems.append(f"script failed: {error.error}"))
        context.on("request", self._on_request)
        context.on("response", self._on_response)

    @property
    def strays(self) -> Sequence[str]:
        """Every address that was asked for and is not the box's."""
        return [address for address in self.addresses if not self._is_own(address)]

    def assert_clean(self) -> None:
        """Fail with everything that went wrong."""
        assert self.problems == []
        assert self.strays == []

    def _is_own(self, address: str) -> bool:
        return address.startswith((f"{self._own_url}/", "data:"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(EXPECTED_CONSOLE):
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.addresses.append(request.url)

    def _on_response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        # A form that a script sends is answered with the page that says what to mend.
        is_refused_form = response.request.method == "POST" and response.status == 400
        if not is_page and not is_refused_form and response.status >= 400:
            self.problems.append(f"{response.status} for {response.url}")
