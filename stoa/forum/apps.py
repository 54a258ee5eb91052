"""Registers the forum with Django and with the registry of kinds."""

from django.apps import AppConfig


class ForumConfig(AppConfig):
    """Threads and their posts."""

    name = "stoa.forum"
    label = "forum"

    def ready(self) -> None:
        """Let other parts name posts by reference and show the thread of an object; load the acts."""
        from stoa.forum import acts, events, queries, tasks, views, words  # noqa: F401 - loading them registers them
        from stoa.forum.acts.drafts import erase_drafts
        from stoa.forum.acts.finding import pieces, posts_found, set_state
        from stoa.forum.acts.posts import erase_texts
        from stoa.forum.acts.recovering import bring_back
        from stoa.forum.acts.writing import erase_moderation
        from stoa.forum.queries.posts import POSTS, works_of
        from stoa.forum.views.beside import talk
        from stoa.forum.views.offers import on_person, on_piece
        from stoa.kit.beside import register_beside
        from stoa.kit.moderated import Moderated, register_moderated
        from stoa.kit.registry import Kind, Works, register, register_erasure, register_works
        from stoa.kit.search import register_documents
        from stoa.record.recovery import register_recovery

        register(Kind("post", "post", POSTS))
        register_works(Works("Latest posts", works_of))
        register_documents("post", posts_found)
        register_moderated(Moderated("post", pieces, set_state))
        register_beside(on_person)
        register_beside(on_piece)
        register_beside(talk)
        register_erasure(erase_texts)
        register_erasure(erase_drafts)
        register_erasure(erase_moderation)
        register_recovery(bring_back)
