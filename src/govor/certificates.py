"""A certificate authority of one's own, and certificates for the host names that SpeechKit's clients know.

Rule 1: the authority may speak for SpeechKit's domains and the host names given when it was made, no others:
        whoever trusts it trusts it with nothing else, even if its key is stolen. Bare addresses are free.
Rule 2: keys are ECDSA P-256, which every client of today knows; private keys are files of mode 600.
Rule 3: an authority that is there is used again, so that clients need to be told only once.
"""

import ipaddress
import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from govor.errors import BadRequest, StorageFailed

# The names that SpeechKit's clients have built in.
HOSTS = (
    "api.cloud.yandex.net",
    "iam.api.cloud.yandex.net",
    "operation.api.cloud.yandex.net",
    "transcribe.api.cloud.yandex.net",
    "stt.api.cloud.yandex.net",
    "storage.yandexcloud.net",
)
BUCKETS = "*.storage.yandexcloud.net"  # one label, so buckets with dots in their names need links by path
LOCAL = ("localhost", "127.0.0.1", "::1")
DOMAINS = ("cloud.yandex.net", "yandexcloud.net", "localhost")
AUTHORITY_DAYS = 3_650
CERTIFICATE_DAYS = 825  # some platforms refuse longer ones, whoever issued them
CLOCK_SKEW = timedelta(hours=1)  # a client whose clock is late must not see a certificate of the future
FILES = ("ca.pem", "ca-key.pem", "server.pem", "server-key.pem")


def write(folder: Path, names: Iterable[str], *, now: datetime) -> tuple[str, ...]:
    """Make or renew `server.pem` in `folder` for SpeechKit's hosts, this machine and `names`.

    Returns the names in it. Raises BadRequest for a name the authority may not speak for, StorageFailed.
    """
    wanted = tuple(dict.fromkeys((*HOSTS, BUCKETS, *LOCAL, *names)))
    own = [_general(name) for name in wanted]
    paths = [folder / name for name in FILES]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not paths[0].exists():
            _make_authority(paths[0], paths[1], own, now)
        authority = x509.load_pem_x509_certificate(paths[0].read_bytes())
        signer = serialization.load_pem_private_key(paths[1].read_bytes(), None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise BadRequest(f"{paths[1]} is no key of ours")
        _check_permitted(authority, own)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(authority, signer, key.public_key(), own, now)
        _write(paths[3], _pem(key), 0o600)
        _write(paths[2], certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    except OSError as error:
        raise StorageFailed(f"cannot write {folder}", str(error)) from error
    return wanted


def hosts_lines(address: str) -> str:
    """What to add to /etc/hosts on a client's machine."""
    return "".join(f"{address} {host}\n" for host in HOSTS)


def _make_authority(path: Path, key_path: Path, own: Sequence[x509.GeneralName], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Govor local authority")])
    # Names only: gRPC's TLS library refuses every authority with constraints on addresses.
    permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in DOMAINS]
    for each in own:
        if isinstance(each, x509.DNSName) and not _within(each.value, DOMAINS):
            permitted.append(x509.DNSName(each.value.removeprefix("*.")))
    usage = x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_path, _pem(key), 0o600)
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _certificate(
    authority: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    own: Sequence[x509.GeneralName],
    now: datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    issuer_key = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key)
    return (
        _builder(subject, authority.subject, key, now, CERTIFICATE_DAYS)
        .add_extension(x509.SubjectAlternativeName(own), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .sign(signer, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _check_permitted(authority: x509.Certificate, own: Iterable[x509.GeneralName]) -> None:
    """Clients refuse a certificate with a name outside the authority's constraints, and say little of why."""
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    domains = [each.value for each in permitted or () if isinstance(each, x509.DNSName)]
    for name in own:
        if isinstance(name, x509.DNSName) and not _within(name.value, domains):
            raise BadRequest(
                f"the authority may not speak for {name.value}",
                "make another one in an empty folder: an authority's names are fixed when it is made",
            )


def _within(name: str, domains: Iterable[str]) -> bool:
    plain = name.removeprefix("*.")
    return any(plain == domain or plain.endswith(f".{domain}") for domain in domains)


def _general(name: str) -> x509.GeneralName:
    """An address or a host name; raises BadRequest."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name.encode("idna").decode() if not name.isascii() else name)
    except ValueError as error:
        raise BadRequest(f"{name[:100]} is no host name") from error


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all: a service may be reading it."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:
        file.write(content)
    os.replace(partial, path)
