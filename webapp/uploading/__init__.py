"""Files on their way to a batch job: resumable uploads, and whole files in one request."""
