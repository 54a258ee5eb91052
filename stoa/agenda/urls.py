"""Addresses of the agenda."""

from django.urls import path

from stoa.agenda.views import discussion, keeping, maps, questions, result, rounds, statements, voting

app_name = "agenda"
urlpatterns = [
    path("agenda", rounds.index, name="index"),
    path("agenda/new", keeping.announce, name="announce"),
    path("agenda/<slug:slug>", rounds.round_page, name="round"),
    path("agenda/<slug:slug>/history", rounds.history, name="history"),
    path("agenda/<slug:slug>/extend", keeping.extend, name="extend"),
    path("agenda/<slug:slug>/mails", keeping.announcements, name="announcements"),
    path("agenda/<slug:slug>/mails/<int:pk>", keeping.announcement, name="announcement"),
    path("agenda/<slug:slug>/propose", questions.propose, name="propose"),
    path("agenda/<slug:slug>/questions/<int:pk>", questions.question_page, name="question"),
    path("agenda/<slug:slug>/questions/<int:pk>/edit", questions.edit, name="edit"),
    path("agenda/<slug:slug>/questions/<int:pk>/withdraw", questions.withdraw, name="withdraw"),
    path("agenda/<slug:slug>/questions/<int:pk>/effort", questions.estimate, name="estimate"),
    path("agenda/<slug:slug>/questions/<int:pk>/hours", questions.offer, name="offer"),
    path("agenda/<slug:slug>/discussion", discussion.answering, name="discussion"),
    path("agenda/<slug:slug>/discussion/answer", discussion.answer, name="answer"),
    path("agenda/<slug:slug>/discussion/take-back", discussion.take_back, name="take_back"),
    path("agenda/<slug:slug>/discussion/answers", discussion.own_answers, name="own_answers"),
    path("agenda/<slug:slug>/discussion/proof", discussion.proof, name="proof"),
    path("agenda/<slug:slug>/discussion/propose", statements.propose, name="propose_statement"),
    path("agenda/<slug:slug>/map", maps.map_page, name="map"),
    path("agenda/<slug:slug>/map/<str:file>", maps.map_file, name="map_file"),
    path("agenda/<slug:slug>/statement/<int:pk>", statements.statement_page, name="statement"),
    path("agenda/<slug:slug>/statement/<int:pk>/withdraw", statements.withdraw, name="withdraw_statement"),
    path("agenda/<slug:slug>/vote", voting.vote, name="vote"),
    path("agenda/<slug:slug>/vote/draft", voting.save, name="save"),
    path("agenda/<slug:slug>/vote/cast", voting.cast, name="cast"),
    path("agenda/<slug:slug>/result", result.result, name="result"),
    path("agenda/<slug:slug>/result/<str:file>", result.download, name="download"),
]
