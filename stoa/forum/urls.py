"""Addresses of the forum."""

from django.urls import path

from stoa.forum.views import feeds, moderation, posts, reports, threads, writing

app_name = "forum"
urlpatterns = [
    path("forum", threads.index, name="index"),
    path("forum/feed", feeds.forum, name="feed"),
    path("forum/thread/<int:pk>/feed", feeds.thread, name="thread_feed"),
    path("forum/thread/<int:pk>", threads.thread, name="thread"),
    path("forum/thread/<int:pk>/since", threads.since, name="since"),
    path("forum/thread/<int:pk>/read", threads.read, name="read"),
    path("forum/about/<str:reference>", writing.write, name="write"),
    path("forum/draft/<str:place>", writing.draft, name="draft"),
    path("forum/preview", writing.preview, name="preview"),
    path("forum/people", writing.people, name="people"),
    path("forum/post/<int:pk>", posts.post, name="post"),
    path("forum/post/<int:pk>/history", posts.history, name="history"),
    path("forum/post/<int:pk>/edit", writing.edit, name="edit"),
    path("forum/post/<int:pk>/take-back", writing.take_back, name="take_back"),
    path("forum/moderation", moderation.figures_page, name="moderation"),
    path("forum/moderation/cases", moderation.queue, name="queue"),
    path("forum/moderation/cases/<str:case_id>", moderation.case_page, name="case"),
    path("forum/moderation/cases/<str:case_id>/reports", moderation.read_reports, name="read_reports"),
    path("forum/moderation/cases/<str:case_id>/author", moderation.see_author, name="see_author"),
    path("forum/moderation/cases/<str:case_id>/restore", moderation.restore, name="restore"),
    path("forum/moderation/cases/<str:case_id>/appeal", reports.appeal, name="appeal"),
    path("forum/moderation/remove/<str:reference>", moderation.remove, name="remove"),
    path("forum/report/<str:reference>", reports.report, name="report"),
    path("forum/hide/<str:reference>", reports.hide, name="hide"),
    path("forum/mute/<str:person_id>", reports.mute, name="mute"),
    path("forum/mine", reports.about_mine, name="about_mine"),
    path("forum/mine/reports", reports.my_reports, name="my_reports"),
    path("forum/mine/put-away", reports.put_away, name="put_away"),
]
