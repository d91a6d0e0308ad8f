"""What a company's authorities answer to the request that is open, and how the box takes it."""

import pytest
from cryptography import x509

from appliance.errors import ApplianceError
from appliance.tls import request
from appliance.tls.directory import File
from appliance.tls.encoding import pem_of_chain
from appliance.tls.request import Given
from tests.appliance.tls.company import NOW, new_authority

ROOT = new_authority("Corp Root")
ISSUING = new_authority("Corp Issuing", ROOT)
LOWER = new_authority("Corp Lower", ISSUING)
WEAK_BITS = 1024


def requested_key(directory):
    return x509.load_pem_x509_csr(directory.read(File.REQUEST)).public_key()


def given(*certificates: x509.Certificate) -> list[Given]:
    return [Given(name="answer.pem", content=pem_of_chain(*certificates))]


def take(directory, *certificates, names=None):
    return request.import_answer(directory, given(*certificates), names, NOW)


def assert_refused(directory, sentence, *certificates, names=None):
    before = {file: directory.read(file) for file in File}
    with pytest.raises(ApplianceError, match=sentence) as refused:
        take(directory, *certificates, names=names)
    assert refused.value.hint
    assert {file: directory.read(file) for file in File} == before
