"""Pictures in an S3 bucket instead of on a disk (MEDIA_STORAGE_URL), by django-storages.

Readers never hear of the bucket: a picture has the address that it would have on a disk, and
`views.media` hands it on. What goes wrong is an OSError, as it is with a disk, and is over soon.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from tempfile import SpooledTemporaryFile
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import clean_name
from urllib3.exceptions import HTTPError

IN_MEMORY = 1024 * 1024  # bytes of a file that is read; what is beyond lies on the disk
READING_SECONDS = 15.0  # for one file, however slowly it drips
PAUSE_SECONDS = 10.0  # how long a bucket that does not answer is left alone
MISSING = {"NoSuchKey", "404"}

log = logging.getLogger(__name__)


class Bucket(S3Storage):
    """One folder of a bucket. The keys are given, so nothing but the endpoint is ever asked."""

    client_config = Config(
        connect_timeout=3,
        read_timeout=5,
        retries={"total_max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path"},
        proxies={},
        # Other services than Amazon's do not know the checksums of late.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # One request a file: none has more than the 20 MB of an upload.
    transfer_config = TransferConfig(use_threads=False, multipart_threshold=64 * 1024 * 1024)

    is_away, asked_again_at = False, 0.0

    @cached_property
    def connection(self) -> Any:
        """One for all threads, where the library makes one for each: its client may be shared."""
        return self._create_session().resource(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            config=self.client_config,
        )

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        return settings.MEDIA_URL + filepath_to_uri(name)

    def _open(self, name: str, mode: str = "rb") -> File:
        """The whole file, in one request. While the bucket is away one reader in ten seconds asks
        it, and the others hear so at once: a page's pictures never hold up all threads."""
        if self.is_away and time.monotonic() < self.asked_again_at:
            raise TimeoutError("The bucket of the pictures did not answer just now.")
        self.asked_again_at = time.monotonic() + PAUSE_SECONDS
        try:
            with as_on_a_disk():
                file = self.read(self._normalize_name(clean_name(name)))
        except FileNotFoundError:
            self.is_away = False
            raise
        except OSError as error:
            self.is_away, self.asked_again_at = True, time.monotonic() + PAUSE_SECONDS
            log.warning("The bucket of the pictures does not answer: %s", error)
            raise
        self.is_away = False
        return File(file, name)

    def read(self, key: str) -> SpooledTemporaryFile[bytes]:
        until = time.monotonic() + READING_SECONDS
        answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key)
        whole = SpooledTemporaryFile[bytes](max_size=IN_MEMORY)
        try:
            with closing(answer["Body"]._raw_stream) as stream:  # the body would wait for all of it
                while time.monotonic() < until and (some := stream.read1(64 * 1024)):
                    whole.write(some)
            if whole.tell() != answer["ContentLength"]:
                raise TimeoutError(f"Only {whole.tell()} bytes of {key} came in time.")
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    def _save(self, name: str, content: Any) -> str:
        with as_on_a_disk():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with as_on_a_disk():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with as_on_a_disk():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with as_on_a_disk():
            folders, files = super().listdir(name)
            return folders, files


@contextmanager
def as_on_a_disk() -> Iterator[None]:
    """Raises what went wrong as the error that a disk would raise."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in MISSING:
            raise FileNotFoundError(str(error)) from error
        raise OSError(str(error)) from error
    except (BotoCoreError, Boto3Error, HTTPError) as error:
        raise OSError(str(error)) from error
