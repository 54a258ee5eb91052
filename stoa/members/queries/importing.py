"""What stands in a file that somebody brought to take applications in."""

from __future__ import annotations

from stoa.kit.faults import Invalid
from stoa.kit.files import store
from stoa.kit.models import Upload
from stoa.methods.sheets import NoSheet, Sheet, read


def sheet_of(upload: Upload) -> Sheet:
    """The table in a file; raises `Invalid` where there is none."""
    if upload.finished is None:
        raise Invalid("The file has not come whole.", remedy="Send the rest.", field="file")
    try:
        return read(store.place(upload.digest).read_text("utf-8-sig"))
    except (UnicodeDecodeError, OSError):
        raise Invalid(
            "This is no text in UTF-8.", remedy="Save it as CSV or JSON and bring it again.", field="file"
        ) from None
    except NoSheet as fault:
        raise Invalid(
            str(fault), remedy="Give CSV, pretalx' submissions or OpenReview's notes.", field="file"
        ) from None
