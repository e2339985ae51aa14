"""Pictures in an S3 bucket instead of on a disk (MEDIA_STORAGE_URL), by django-storages.

Readers never see the bucket: a picture has the address that it would have on a disk, and
`blog/views/media.py` passes it on. Every failure is an OSError, as with a disk.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from tempfile import SpooledTemporaryFile
from typing import Any

from boto3 import Session
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

MAX_MEMORY = 1024 * 1024  # bytes of a file that is read; a larger one goes to the disk
CHUNK_SIZE = 16 * 1024  # bytes
READ_SECONDS = 15.0  # for one file, however slowly it comes
RETRY_SECONDS = 10.0  # until a bucket that did not answer is asked again
NOT_FOUND_CODES = {"NoSuchKey", "404"}

log = logging.getLogger(__name__)


class PictureBucket(S3Storage):
    """One folder of a bucket. The settings hold its keys, so only its endpoint is ever asked."""

    client_config = Config(
        connect_timeout=3,
        read_timeout=5,
        retries={"total_max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path"},
        proxies={},
        # Services other than Amazon's do not know the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # One request for a file: none is larger than the 20 MB of an upload.
    transfer_config = TransferConfig(use_threads=False, multipart_threshold=64 * 1024 * 1024)

    is_away, retry_at = False, 0.0  # `retry_at` is in seconds of time.monotonic()

    @cached_property
    def connection(self) -> Any:
        """Return one connection for all threads: the library makes one for each."""
        session = Session(aws_access_key_id=self.access_key, aws_secret_access_key=self.secret_key)
        return session.resource(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            config=self.client_config,
        )

    def url(self, name: str, *_args: Any, **_options: Any) -> str:
        return settings.MEDIA_URL + filepath_to_uri(name)

    def _open(self, name: str, mode: str = "rb") -> File:
        """Return the whole file, read in one request.

        While the bucket is away, only one reader in ten seconds asks it; the others get an error
        at once, so that the pictures of a page never hold up all threads.
        """
        if self.is_away and time.monotonic() < self.retry_at:
            raise TimeoutError("The bucket of the pictures did not answer just now.")
        self.retry_at = time.monotonic() + RETRY_SECONDS
        try:
            with os_errors():
                content = self.read(f"{self.location.strip('/')}/{name}".lstrip("/"))
        except FileNotFoundError:
            self.is_away = False
            raise
        except OSError as error:
            self.is_away, self.retry_at = True, time.monotonic() + RETRY_SECONDS
            log.warning("The bucket of the pictures does not answer: %s", error)
            raise
        self.is_away = False
        return File(content, name)

    def read(self, key: str) -> SpooledTemporaryFile[bytes]:
        """Return the content of an object; raise TimeoutError if it comes too slowly."""
        deadline = time.monotonic() + READ_SECONDS
        response = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key)
        content = SpooledTemporaryFile[bytes](max_size=MAX_MEMORY)
        try:
            with closing(response["Body"]) as body:
                for chunk in body.iter_chunks(CHUNK_SIZE):
                    content.write(chunk)
                    if time.monotonic() > deadline:
                        break
            if content.tell() != response["ContentLength"]:
                raise TimeoutError(f"Only {content.tell()} bytes of {key} came in time.")
        except BaseException:
            content.close()
            raise
        content.seek(0)
        return content

    def _save(self, name: str, content: Any) -> str:
        with os_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with os_errors():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with os_errors():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with os_errors():
            folders, files = super().listdir(name)
            return folders, files


@contextmanager
def os_errors() -> Iterator[None]:
    """Turn the errors of the libraries into those that a disk would raise."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_FOUND_CODES:
            raise FileNotFoundError(str(error)) from error
        raise OSError(str(error)) from error
    except (BotoCoreError, Boto3Error, HTTPError) as error:
        raise OSError(str(error)) from error
