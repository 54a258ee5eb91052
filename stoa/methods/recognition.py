"""Tells by an e-mail address which university somebody may be at, and whether the address is one of students or of staff.

A domain and those above it are looked up in lists of universities' domains, as JetBrains/swot and Hipo's list have them. What
is found is a suggestion: an address shows where somebody gets mail, never which post they hold. Whatever may be a student's is
never taken for staff's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["staff", "student", "alumni", "unknown"]

SECOND = frozenset(
    {"ac", "co", "com", "ed", "edu", "edunet", "gob", "gov", "k12", "mil", "net", "or", "org", "re", "sch", "school"}
)
"""Second labels below which a country's domains begin, as in `ox.ac.uk`."""
NO_COUNTRY = frozenset({"ac", "ai", "cc", "co", "eu", "fm", "gg", "io", "la", "ly", "me", "sh", "to", "tv", "ws"})
"""Endings of two letters that are used by anybody anywhere."""
STUDENT = frozenset({
    "abiturient", "alu", "alum", "alumna", "alumno", "alumnos", "alunni", "alunno", "aluno", "alunos", "diak", "elev",
    "eleve", "elever", "eleves", "est", "estud", "estudante", "estudantes", "estudantil", "estudiant", "estudiantat",
    "estudiante", "estudiantes", "etu", "etud", "etudiant", "etudiants", "grads", "hallgato", "learner", "leerling",
    "leerlingen", "mahasiswa", "mhs", "ogr", "ogrenci", "opiskelija", "pelajar", "pg", "pgr", "phd", "pupil", "pupils",
    "schueler", "siswa", "st", "std", "sts", "stu", "stud", "student", "studente", "studenten", "studenti", "students",
    "studio", "studiosi", "uczen", "ug", "undergrad", "undergraduate",
})  # fmt: skip
ALUMNI = frozenset({"absolvent", "alumni", "alumnus", "alums", "exalumnos", "formerstudent", "graduate", "mezun"})
STAFF = frozenset({
    "academics", "ansatt", "docente", "docentes", "docenti", "dosen", "faculty", "hoca", "lecturer", "lecturers",
    "medewerker", "mitarbeiter", "pdi", "personnel", "prof", "professor", "professores", "professors", "staff",
    "staffmail",
})  # fmt: skip
DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])")


@dataclass(frozen=True)
class Listed:
    """What lists say of a domain: the university whose it is, or that all below it is academic, is not, or was given away."""

    name: str = ""
    country: str = ""
    academic: bool = False
    stopped: bool = False
    abused: bool = False


@dataclass(frozen=True)
class Recognised:
    """What an address tells. `why` says it in a sentence; `domain` is the one that was found in the lists."""

    organisation: str = ""
    country: str = ""
    kind: Kind = "unknown"
    why: str = ""
    domain: str = ""


def domains_of(address: str) -> list[str]:
    """The domain of an address and those above it, the longest first; empty where it is no address."""
    local, at, domain = address.strip().rpartition("@")
    try:
        plain = domain.rstrip(".").encode("idna").decode("ascii").lower() if at and local else ""
    except UnicodeError:
        return []
    if not DOMAIN.fullmatch(plain):
        return []
    labels = plain.split(".")
    return [".".join(labels[place:]) for place in range(len(labels) - 1)]


def recognise(address: str, listed: Mapping[str, Listed]) -> Recognised:
    """What an address tells, by what lists say of `domains_of(address)`."""
    domains = domains_of(address)
    if not domains:
        return Recognised(why="This is no e-mail address.")
    said = [(domain, listed[domain]) for domain in domains if domain in listed]
    kind = _kind(domains[0], abused=any(one.abused for _, one in said))
    if stopped := next((domain for domain, one in said if one.stopped), ""):
        return Recognised(
            "", "", "unknown" if kind == "staff" else kind, f"{stopped} counts as no university's.", stopped
        )
    found = next(((domain, one) for domain, one in said if one.name), None)
    if found is not None:
        domain, one = found
        return Recognised(one.name, one.country or _country(domain), kind, _why(domain, kind), domain)
    academic = next((domain for domain, one in said if one.academic), "")
    if academic:
        return Recognised(
            "",
            _country(academic),
            kind,
            f"All below {academic} is academic; which university it is, lists don't say.",
            academic,
        )
    return Recognised(why=f"{domains[0]} is in no list of universities.")


def _why(domain: str, kind: Kind) -> str:
    return (
        f"{domain} is in the lists of universities"
        + {
            "staff": ", and the address is one of staff.",
            "student": ", and the address is one of students.",
            "alumni": ", and the address is one of former students.",
            "unknown": "; whether staff or students have such addresses, it doesn't say.",
        }[kind]
    )


def _kind(domain: str, *, abused: bool) -> Kind:
    """By the words in what stands before the country's part. Former students' and students' words count before staff's."""
    labels = domain.split(".")
    own = labels[: -_suffix(labels)]
    words = [word for label in own for word in re.split(r"[-_\d]+", label) if word]
    below = own[:-1]
    if any(word in ALUMNI for word in words) or any("alumni" in label for label in below):
        return "alumni"
    if any(word in STUDENT for word in words if len(word) > 3 or word not in own[-1:]) or any(
        "student" in label for label in below
    ):
        return "student"
    if not abused and any(label in STAFF for label in below):
        return "staff"
    return "unknown"


def _suffix(labels: list[str]) -> int:
    """How many labels at the end are those of a country or kind rather than of somebody."""
    return 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND else 1


def _country(domain: str) -> str:
    """The country by the ending, in two letters; nothing where the ending is used anywhere."""
    labels = domain.split(".")
    last = labels[-1]
    if last in {"edu", "gov", "mil"}:
        return "US"
    if len(last) != 2 or (last in NO_COUNTRY and labels[-2] not in SECOND):
        return ""
    return "GB" if last == "uk" else last.upper()
