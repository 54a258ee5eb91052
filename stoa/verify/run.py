"""One verification from beginning to end: the order of the steps, and what each hands to the next."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from stoa.methods.note import VerifierKey
from stoa.verify import limits
from stoa.verify.admissions import check_admissions
from stoa.verify.bundle import Bundle, Proven, check_proofs, read_entries
from stoa.verify.entry import Entry
from stoa.verify.faults import Misused, Unreachable
from stoa.verify.head import (
    Head,
    agrees,
    agrees_in_size,
    continues,
    offered,
    open_head,
    pinned,
    same_as_seen,
    same_name,
    shown_to_another,
    trust,
)
from stoa.verify.memory import Memory, Seen, usual_directory
from stoa.verify.reading import DECIDING, ENTRIES_TITLE, POWERS_TITLE, Progress, read_record
from stoa.verify.report import Outcome, Report
from stoa.verify.shown import counted, shown
from stoa.verify.source import Server
from stoa.verify.studies import check_studies
from stoa.verify.votes import check_votes
from stoa.verify.web import Web, address

COMPARE_TITLE = "It agrees with the head that somebody else was shown"


def verify(
    target: str,
    *,
    key: str | None = None,
    state: Path | None = None,
    compare: Path | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Check the record at an address, or the bundle in a file, as a stranger would.

    `key` pins the verifier key; without it the remembered one counts, and at a first meeting the one that is shown.
    `state` is the directory of what is remembered between runs. `compare` is a file with the head that somebody else was
    shown: a signed checkpoint, or what their run remembered. `on_progress` is called with entries read and their
    number. Nothing is raised for what is found: see the report's `exit_code`, `first_failure` and `stopped`.
    """
    report = Report(target=shown(target))
    try:
        memory = Memory(state or usual_directory())
        chosen = pinned(key) if key else None
        if "://" in target:
            _verify_server(target, chosen, memory, report, compare=compare, progress=on_progress)
        else:
            _verify_bundle(Path(target), chosen, memory, compare, report)
    except (Unreachable, Misused) as fault:
        report.stopped = str(fault)
    return report


def _verify_server(
    target: str,
    chosen: VerifierKey | None,
    memory: Memory,
    report: Report,
    *,
    compare: Path | None,
    progress: Progress | None,
) -> None:
    url = address(target)
    where = url.netloc.decode("ascii") + url.path.rstrip("/")
    with closing(Web(url.copy_with(path=f"{url.path.rstrip('/')}/record"))) as web:
        server = Server(web)
        key = chosen or _offered_key(server.vkey, memory, where, "the server", report)
        head = _head(server.checkpoint, key, chosen, report) if key else None
        if key is None or head is None:
            return
        seen, theirs = memory.seen(key.name), shown_to_another(compare, key) if compare else None
        report.check("name", "The record is that of the address asked", lambda: same_name(key.name, where))
        report.check("history", "It continues the record seen before", lambda: continues(head, seen, server))
        _keep_evidence(head, seen, memory, report)
        if theirs:
            other = theirs
            report.check("compare", COMPARE_TITLE, lambda: agrees(head, other, server))
            _keep_both(head, theirs, memory, report)
        deciding, charters = read_record(server, head, _before(seen, theirs), progress, report)
        check_votes(deciding, server, charters.smallest_opened, report)
        check_admissions(deciding, server, charters.sponsor_percent, report)
        check_studies(deciding, report)
    report.cannot_show += [*limits.ALWAYS, *limits.OF_VOTES]
    if not report.failed:
        _remember(head, key, sorted({where, *(seen.addresses if seen else ())}), memory, report)


def _verify_bundle(
    path: Path, chosen: VerifierKey | None, memory: Memory, compare: Path | None, report: Report
) -> None:
    if not path.is_file():
        raise Misused(f"{shown(str(path))} is neither a file nor an address that begins with http:// or https://.")
    with closing(Bundle(path)) as bundle:
        if not report.check("bundle", "The bundle has the members of one", bundle.check_members):
            return
        key = chosen or _offered_key(bundle.vkey, memory, "", "the bundle", report)
        head = _head(bundle.checkpoint, key, chosen, report) if key else None
        if key is None or head is None:
            return
        seen, theirs = memory.seen(key.name), shown_to_another(compare, key) if compare else None
        report.check("history", "It is the head seen before", lambda: same_as_seen(head, seen))
        _keep_evidence(head, seen, memory, report)
        if theirs:
            other = theirs
            report.check("compare", COMPARE_TITLE, lambda: agrees_in_size(head, other))
            _keep_both(head, theirs, memory, report)
        deciding = _bundled(bundle, head, report)
        report.skip("powers", POWERS_TITLE, "A bundle has only the entries of one decision, not the charter.")
        check_votes(deciding, bundle, {}, report)
    report.cannot_show += [*limits.OF_BUNDLES, *limits.ALWAYS, *limits.OF_VOTES]


def _offered_key(
    offer: Callable[[], str], memory: Memory, where: str, whence: str, report: Report
) -> VerifierKey | None:
    """The key that the target shows, held to memory; None where it can't be right."""
    found: list[VerifierKey] = []

    def hold() -> str:
        found.append(offered(offer()))
        return trust(found[0], memory, where, whence)

    report.check("key", "The key is the right one", hold)
    return None if report.failed else found[0]


def _head(note: Callable[[], bytes], key: VerifierKey, chosen: VerifierKey | None, report: Report) -> Head | None:
    """The signed head, noted in the report; None where it doesn't open under the key."""
    if chosen:
        report.check("key", "The key is the right one", lambda: f"The key of {shown(key.name)} that was given.")
    found: list[Head] = []

    def open_under_key() -> str:
        found.append(open_head(note(), key))
        size, root = found[0].checkpoint.size, found[0].checkpoint.root
        return f"{counted(size, 'entry', 'entries')}, root {root.hex()}."

    if not report.check("checkpoint", "The signed head opens under the key", open_under_key):
        return None
    report.origin, report.key = shown(key.name), shown(key.vkey)
    report.size, report.root = found[0].checkpoint.size, found[0].checkpoint.root.hex()
    return found[0]


def _bundled(bundle: Bundle, head: Head, report: Report) -> list[Entry]:
    """The bundle's entries, each proven and in the documented form."""
    found: list[Proven] = []
    entries: list[Entry] = []

    def prove() -> str:
        found.extend(bundle.contents(head.checkpoint.origin))
        return check_proofs(found, head)

    def read() -> str:
        entries.extend(read_entries(found, bundle.round()))
        return f"{counted(len(entries), 'entry', 'entries')}, canonical, each with its ten keys."

    report.check("proofs", "Every entry of the bundle is in the signed record", prove)
    report.check("entries", ENTRIES_TITLE, read)
    return [entry for entry in entries if entry.type.startswith(DECIDING)]


def _keep_evidence(head: Head, seen: Seen | None, memory: Memory, report: Report) -> None:
    """Where two signed heads contradict each other, keep the second beside the first: together they are proof."""
    if report.failed and seen and head.checkpoint.size >= seen.size:
        path = memory.keep_evidence(seen.origin, head.note)
        report.warnings.append(
            f"Keep {path} and {memory.path(seen.origin)}: the two signed heads in them show what was signed."
        )


def _keep_both(head: Head, theirs: Head, memory: Memory, report: Report) -> None:
    """Where the head of somebody else contradicts ours, keep both: together they are proof."""
    if report.checks[-1].outcome is Outcome.FAILED:
        kept = [memory.keep_evidence(head.checkpoint.origin, note) for note in (head.note, theirs.note)]
        report.warnings.append(f"Keep {kept[0]} and {kept[1]}: the two signed heads in them show what was signed.")


def _before(seen: Seen | None, theirs: Head | None) -> dict[int, bytes]:
    """Roots signed before, by size. Where two of one size differ, a check has failed already."""
    heads = {theirs.checkpoint.size: theirs.checkpoint.root} if theirs else {}
    return heads | ({seen.size: bytes.fromhex(seen.root)} if seen else {})


def _remember(head: Head, key: VerifierKey, addresses: list[str], memory: Memory, report: Report) -> None:
    text, size, root = head.note.decode(), head.checkpoint.size, head.checkpoint.root.hex()
    try:
        memory.remember(Seen(key.name, key.vkey, size, root, text, tuple(addresses)))
    except Misused as fault:
        report.warnings.append(f"Nothing was remembered for the next run: {fault}")
