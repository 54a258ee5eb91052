"""Reading a long thread: `python -m bench.forum [--posts N]`. Its first page must take under 150 ms and at most 12 queries.

The posts are those of a real mailing list where its archive lies beside the repository, in the order in which they were
sent, else synthetic ones; by 200 people, a tenth of them edited, every tenth naming somebody. The database is an embedded
one in a folder of its own, the server is called in this process.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

POSTS = 2_000
PEOPLE = 200
TIMES = 15
LIMIT_MS, LIMIT_QUERIES = 150.0, 12
ARCHIVE = Path(__file__).resolve().parents[2] / "shared/data/forum/r-help-1997-1999.jsonl.gz"
SYNTHETIC = (
    "A *claim* about $p < 0.05$:\n\n> what was said before\n\n```python\nprint('what leaks?')\n```\n\n" + "Words. " * 90
)


def texts() -> Iterator[str]:
    """Texts of posts without end."""
    if not ARCHIVE.exists():
        return cycle([SYNTHETIC])
    with gzip.open(ARCHIVE, "rt") as lines:
        found = [json.loads(line)["body"] or "(nothing)" for line in lines]
    return cycle([text[:20_000] for text in found])


def fill(count: int) -> int:
    """Write so many posts into one thread, and as many threads of one post; returns the thread's number."""
    from stoa.forum.models import Post, PostVersion, ReadMark, Thread
    from stoa.forum.queries.mentions import as_markdown
    from stoa.forum.queries.posts import recount
    from stoa.kit import clock, markdown

    people = _people()
    thread = Thread.objects.create(subject=_question())
    posts = []
    for number, text in enumerate(islice(texts(), count)):
        body = f"@[{people[number % 7].pk}]: {text}" if number % 10 == 0 else text
        edited = {"version": 2, "edited": clock.now()} if number % 10 == 5 else {}
        html = markdown.render(as_markdown(body))
        author = people[number % PEOPLE]
        posts.append(Post(thread=thread, author=author, body=body, rendered=html, renderer=markdown.RENDERER, **edited))
    Post.objects.bulk_create(posts, batch_size=500)
    PostVersion.objects.bulk_create(
        PostVersion(post=post, number=1, body=post.body, written=post.written) for post in posts if post.version == 2
    )
    Post.objects.filter(pk=posts[-1].pk).update(answers=posts[0])
    ReadMark.objects.create(person=people[0], thread=thread, up_to=posts[count // 2].pk)
    recount(thread)
    return thread.pk


def _people() -> list[Any]:
    from stoa.kit.act import OPERATOR
    from stoa.people import acts
    from tests.stage import begin

    begin()
    return [acts.admit(OPERATOR, name=f"Person {number}", email=f"p{number}@example.org") for number in range(PEOPLE)]


def _question() -> str:
    from stoa.agenda import acts
    from tests.stage import Stage, acting

    stage = Stage()
    (member,) = stage.admit(1)
    return acts.propose_question(acting(member), round=stage.round(), title="What leaks?", body="").reference


def measured(call: Callable[[], Any]) -> tuple[list[float], int]:
    """How long each of so many calls took, in milliseconds, and how many queries the last asked."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - start))
    with CaptureQueriesContext(connection) as asked:
        call()
    return took[1:], len(asked)


def table(count: int) -> int:
    """Fill the database, read, print; 1 where the first page passes a limit."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from stoa.people.models import Person
    from tests.cast import browser

    thread = fill(count)
    visitor, member = browser(), browser(Person.objects.get(name="Person 0"))
    pages = [
        ("first page, visitor", visitor, f"/forum/thread/{thread}"),
        ("first page, member", member, f"/forum/thread/{thread}"),
        ("last page, member", member, f"/forum/thread/{thread}?page=9999"),
        ("what is new, member", member, f"/forum/thread/{thread}/since?after=1&at=2027-01-01T00:00:00Z"),
        ("beside its question", member, "/agenda/2027/questions/1"),
        ("list of threads", visitor, "/forum"),
    ]
    print(f"a thread of {count:,} posts")
    print(f"{'page':<24}{'queries':>8}{'median ms':>11}{'slowest ms':>12}{'kB':>7}")
    passed = False
    for label, client, path in pages:
        took, queries = measured(lambda client=client, path=path: client.get(path))  # type: ignore[misc]
        size = len(client.get(path).content) / 1000
        middle = statistics.median(took)
        print(f"{label:<24}{queries:>8}{middle:>11.1f}{max(took):>12.1f}{size:>7.0f}")
        if label.startswith("first page"):
            passed |= middle > LIMIT_MS or queries > LIMIT_QUERIES
            print(f"  {middle / LIMIT_MS:.2f} of the limit of {LIMIT_MS:.0f} ms, {queries} of {LIMIT_QUERIES} queries")
    connections.close_all()
    return int(passed)


def main() -> int:
    """Run on a database of its own."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--posts", type=int, default=POSTS)
    count = asked.parse_args().posts
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "STOA_DATA": folder,
            "STOA_SECRET_KEY": "known to everyone, of the benchmark alone",
            "STOA_ROLE": "owner",
        }
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stoa.config.settings")
        from stoa.kit.environment import environment
        from stoa.kit.postgres import Postgres

        postgres = Postgres(environment().data)
        postgres.up()
        try:
            return table(count)
        finally:
            postgres.down()


if __name__ == "__main__":
    sys.exit(main())
