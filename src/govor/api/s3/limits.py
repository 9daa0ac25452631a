"""How much an upload may hold, and how much room it must leave."""

from dataclasses import dataclass
from pathlib import Path

from govor.errors import S3Refusal
from govor.storage import disk


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """From the settings."""

    object_bytes_max: int
    folder: Path  # on the disk that is to be kept from filling up
    disk_free_bytes_min: int

    def require_room(self, size: int) -> None:
        """Refuse so many bytes more, if they are too many or would fill the disk; blocking.

        Raises S3Refusal (EntityTooLarge), StorageFailed.
        """
        if size > self.object_bytes_max:
            raise S3Refusal(
                "EntityTooLarge",
                f"Your proposed upload exceeds the maximum of {self.object_bytes_max} bytes.",
            )
        disk.require_free(self.folder, self.disk_free_bytes_min + size)
