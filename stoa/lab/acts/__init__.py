"""Acts on models, studies, plans, runs and results."""

from stoa.lab.acts.checking import keep_verdict, put_off, take_up
from stoa.lab.acts.drafting import (
    accept_authorship,
    ask_author,
    draft_study,
    drop_study,
    edit_study,
    leave_authorship,
)
from stoa.lab.acts.importing import import_results, remove_imported
from stoa.lab.acts.incoming import begin_import, drop_import, forget_imports, keep_reading
from stoa.lab.acts.open_models import (
    correct_model,
    correct_version,
    register_model,
    register_version,
    remove_model,
    remove_version,
    restore_model,
    restore_version,
)
from stoa.lab.acts.planning import change_plan, close_study, register_plan, withdraw_study
from stoa.lab.acts.running import begin_run, commit_run, end_key, fail_run, register_key, submit_run
from stoa.lab.acts.setting_aside import count_again, set_aside

__all__ = [
    "accept_authorship",
    "ask_author",
    "begin_import",
    "begin_run",
    "change_plan",
    "close_study",
    "commit_run",
    "correct_model",
    "correct_version",
    "count_again",
    "draft_study",
    "drop_import",
    "drop_study",
    "edit_study",
    "end_key",
    "fail_run",
    "forget_imports",
    "import_results",
    "keep_reading",
    "keep_verdict",
    "leave_authorship",
    "put_off",
    "register_key",
    "register_model",
    "register_plan",
    "register_version",
    "remove_imported",
    "remove_model",
    "remove_version",
    "restore_model",
    "restore_version",
    "set_aside",
    "submit_run",
    "take_up",
    "withdraw_study",
]
