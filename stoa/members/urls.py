"""Addresses of calls and applications."""

from django.urls import path

from stoa.members.views import afterwards, applying, arriving, calls, deciding, files, keeping, onboarding, reading

app_name = "members"
urlpatterns = [
    path("welcome", onboarding.begin, name="welcome"),
    path("welcome/<slug:step>", onboarding.step, name="settle"),
    path("calls", calls.index, name="index"),
    path("calls/new", keeping.draft, name="draft"),
    path("calls/enter/<str:token>", arriving.enter, name="enter"),
    path("calls/<slug:slug>", calls.call_page, name="call"),
    path("calls/<slug:slug>/history", calls.history, name="history"),
    path("calls/<slug:slug>/preview", calls.preview, name="preview"),
    path("calls/<slug:slug>/edit", keeping.edit, name="edit"),
    path("calls/<slug:slug>/asks", keeping.asks, name="asks"),
    path("calls/<slug:slug>/asks/<slug:part>/<slug:key>", keeping.item, name="item"),
    path("calls/<slug:slug>/reading", keeping.reading, name="reading"),
    path("calls/<slug:slug>/announce", keeping.announce, name="announce"),
    path("calls/<slug:slug>/extend", keeping.extend, name="extend"),
    path("calls/<slug:slug>/eligible", arriving.eligible, name="eligible"),
    path("calls/<slug:slug>/apply", arriving.apply, name="apply"),
    path("calls/<slug:slug>/apply/<int:number>", applying.step, name="step"),
    path("calls/<slug:slug>/apply/about", applying.about, name="about"),
    path("calls/<slug:slug>/apply/submit", applying.submit, name="submit"),
    path("calls/<slug:slug>/mine", applying.own, name="mine"),
    path("calls/<slug:slug>/mine/files/<str:upload>", files.own_file, name="own_file"),
    path("calls/<slug:slug>/mine/withdraw", applying.withdraw, name="withdraw"),
    path("calls/<slug:slug>/applications", reading.applications, name="applications"),
    path("calls/<slug:slug>/applications/<str:application>", reading.application, name="application"),
    path("calls/<slug:slug>/applications/<str:application>/files/<str:upload>", files.file, name="file"),
    path("calls/<slug:slug>/mine/give-up", afterwards.give_up, name="give_up"),
    path("calls/<slug:slug>/mine/appeal", afterwards.appeal, name="make_appeal"),
    path("calls/<slug:slug>/bar", deciding.give_bar, name="give_bar"),
    path("calls/<slug:slug>/decide", deciding.decide, name="decide"),
    path("calls/<slug:slug>/decide/begin", deciding.begin, name="begin_review"),
    path("calls/<slug:slug>/decide/bar", deciding.set_bar, name="set_bar"),
    path("calls/<slug:slug>/decide/letters", deciding.letters, name="letters"),
    path("calls/<slug:slug>/decide/release", deciding.release, name="release"),
    path("calls/<slug:slug>/decide/<str:application>", deciding.reason, name="reason"),
    path("calls/<slug:slug>/appeals", deciding.appeals, name="appeals"),
    path("calls/<slug:slug>/appeals/<str:appeal>", deciding.appeal, name="appeal"),
]
