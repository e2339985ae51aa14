"""Path converters for the addresses of reviews."""


class Slug:
    """A slug in any script; Django's own converter accepts only ASCII."""

    regex = r"(?:[-\w]|[^\x00-\x7f])+"  # marks on letters are no part of \w

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class FileName(Slug):
    """The name of an uploaded file, with its folder."""

    regex = r"[-\w./]+"


class Year:
    """Four digits, so that each year has one address."""

    regex = "[12][0-9]{3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class Month(Year):
    """Two digits."""

    regex = "0[1-9]|1[0-2]"

    def to_url(self, value: int) -> str:
        return f"{value:02}"


class Score(Year):
    """A score, without leading zeros."""

    regex = "[0-9]|[1-9][0-9]|100"

    def to_url(self, value: int) -> str:
        return str(value)
