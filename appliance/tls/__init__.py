"""TLS of the box: its own authority or the company's, the certificate, and what makes browsers trust it.

Pure library code: it prints nothing, and the clock is handed to it.
"""
