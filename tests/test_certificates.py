"""Certificates of a local authority, judged by a verifier that is not ours."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from govor import certificates
from govor.errors import BadRequest, StorageFailed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def load(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / name).read_bytes())


def trusted(folder: Path, leaf: x509.Certificate, name: str, now: datetime = NOW) -> bool:
    """Whether a client that trusts ca.pem believes that `leaf` is `name`."""
    try:
        subject: x509.DNSName | x509.IPAddress = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    builder = PolicyBuilder().store(Store([load(folder, "ca.pem")])).time(now)
    try:
        builder.build_server_verifier(subject).verify(leaf, [])
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((host, True) for host in certificates.HOSTS),
        ("bucket.storage.yandexcloud.net", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("govor.example.org", True),
        ("10.0.0.7", True),
        ("example.org", False),
        ("monitoring.api.cloud.yandex.net", False),
        ("10.0.0.8", False),
    ],
)
def test_certificate_is_good_for_its_names_and_no_others(tmp_path: Path, name: str, expected: bool) -> None:
    certificates.write(tmp_path, ["govor.example.org", "10.0.0.7"], now=NOW)
    assert trusted(tmp_path, load(tmp_path, "server.pem"), name) is expected


def test_certificate_ends_before_platforms_refuse_it(tmp_path: Path) -> None:
    certificates.write(tmp_path, [], now=NOW)
    leaf = load(tmp_path, "server.pem")
    assert trusted(tmp_path, leaf, "localhost", NOW - timedelta(minutes=59))
    assert trusted(tmp_path, leaf, "localhost", NOW + timedelta(days=824))
    assert not trusted(tmp_path, leaf, "localhost", NOW + timedelta(days=826))


def test_private_keys_are_read_by_their_owner_only(tmp_path: Path) -> None:
    certificates.write(tmp_path, [], now=NOW)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"ca.pem": 0o644, "ca-key.pem": 0o600, "server.pem": 0o644, "server-key.pem": 0o600}


def test_authority_stays_when_the_certificate_is_renewed(tmp_path: Path) -> None:
    certificates.write(tmp_path, [], now=NOW)
    authority, leaf = load(tmp_path, "ca.pem"), load(tmp_path, "server.pem")
    certificates.write(tmp_path, [], now=NOW + timedelta(days=700))
    assert load(tmp_path, "ca.pem") == authority
    assert load(tmp_path, "server.pem") != leaf
    assert trusted(tmp_path, load(tmp_path, "server.pem"), "localhost", NOW + timedelta(days=900))


def test_whoever_steals_the_authority_cannot_speak_for_others(tmp_path: Path) -> None:
    certificates.write(tmp_path, [], now=NOW)
    stolen = serialization.load_pem_private_key((tmp_path / "ca-key.pem").read_bytes(), None)
    assert isinstance(stolen, ec.EllipticCurvePrivateKey)
    own = [x509.DNSName("bank.example.org")]
    key = ec.generate_private_key(ec.SECP256R1())
    forged = certificates._certificate(load(tmp_path, "ca.pem"), stolen, key.public_key(), own, NOW)
    forged.verify_directly_issued_by(load(tmp_path, "ca.pem"))  # the signature is the authority's
    assert isinstance(forged.signature_hash_algorithm, hashes.SHA256)
    assert not trusted(tmp_path, forged, "bank.example.org")


def test_name_that_the_authority_was_not_made_for_is_refused(tmp_path: Path) -> None:
    certificates.write(tmp_path, ["govor.example.org"], now=NOW)
    before = (tmp_path / "server.pem").read_bytes()
    with pytest.raises(BadRequest, match="may not speak for"):
        certificates.write(tmp_path, ["new.example.org"], now=NOW)
    assert (tmp_path / "server.pem").read_bytes() == before


def test_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailed, match="cannot write"):
        certificates.write(tmp_path / "file" / "tls", [], now=NOW)


def test_hosts_entries_name_every_host_once() -> None:
    lines = certificates.hosts_lines("10.0.0.7").splitlines()
    assert [line.split() for line in lines] == [["10.0.0.7", host] for host in certificates.HOSTS]
