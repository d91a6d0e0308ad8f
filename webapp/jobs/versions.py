"""With which other versions of its model a job may be run again."""

from webapp.jobs.models import BatchJob
from webapp.registry.models import ModelVersion, Status


def other_versions(job: BatchJob) -> list[ModelVersion]:
    """Return the versions that are ready and whose features the columns of the file give, the newest first."""
    ready = ModelVersion.objects.filter(model=job.version.model_id, status=Status.READY)
    others = ready.exclude(pk=job.version_id).select_related("model").order_by("-number")
    return [version for version in others if takes_file_of(job, version)]


def takes_file_of(job: BatchJob, version: ModelVersion) -> bool:
    """Return whether a version finds its features in the file of a job as that was understood."""
    signature = version.manifest.signature
    chosen = job.choice.mapping
    if not set(chosen) <= set(signature.names):
        return False
    columns = job.understanding.columns if job.understanding else ()
    given = {name for column in columns for name in (column.name, column.feature)}
    return all(feature.name in given for feature in signature.features if feature.required)
