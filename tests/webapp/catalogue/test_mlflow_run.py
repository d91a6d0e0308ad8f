"""A version tells the MLflow run that it came from, on its page and by the API; only an address is a link."""

import msgspec
import pytest

pytestmark = pytest.mark.django_db

ADDRESS = "https://mlflow.example/#/experiments/1/runs/4f1d0c"


def tracked(penguins, run: str) -> None:
    version = penguins.champion.version
    version.manifest_json = msgspec.to_builtins(msgspec.structs.replace(version.manifest, mlflow_run=run))
    version.save(update_fields=["manifest_json"])


@pytest.mark.parametrize("run", [ADDRESS, "4f1d0c", "httpd"])
def test_the_page_and_the_api_tell_the_run(as_alice, penguins, run):
    tracked(penguins, run)
    page = as_alice.get("/models/penguins/versions/1/").content.decode()
    assert f">{run}</" in page
    assert (f'href="{run}"' in page) is (run == ADDRESS)
    assert as_alice.get("/api/v1/models/penguins/versions/1").json()["mlflow_run"] == run
