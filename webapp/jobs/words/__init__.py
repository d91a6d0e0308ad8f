"""What the data plane may say of a job and its file, listed for translation: a test holds it complete.

To be said by `webapp.jobs.said`.
"""

from typing import Final

from webapp.jobs.words import course, files, workbooks

TEMPLATES: Final = course.TEMPLATES | files.TEMPLATES | workbooks.TEMPLATES
