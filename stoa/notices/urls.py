"""Addresses of announcements, events and calendars."""

from django.urls import path

from stoa.notices.views import announcements, calendars, drafts, events, importing, keeping, registering

app_name = "notices"
urlpatterns = [
    path("announcements", announcements.index, name="announcements"),
    path("announcements/feed", announcements.feed, name="feed"),
    path("announcements/new", drafts.write, name="write"),
    path("announcements/drafts", drafts.index, name="drafts"),
    path("announcements/drafts/<str:draft>", drafts.draft, name="draft"),
    path("announcements/drafts/<str:draft>/edit", drafts.edit, name="edit_draft"),
    path("announcements/<int:number>", announcements.announcement, name="announcement"),
    path("announcements/<int:number>/versions", announcements.versions, name="versions"),
    path("announcements/<int:number>/correct", drafts.correct, name="correct"),
    path("announcements/<int:number>/retract", drafts.retract, name="retract"),
    path("events", events.index, name="events"),
    path("events.ics", calendars.community, name="calendar"),
    path("events/new", keeping.announce, name="announce"),
    path("events/import", importing.bring, name="import"),
    path("events/mine", registering.mine, name="mine"),
    path("events/<int:number>", events.event, name="event"),
    path("events/<int:number>.ics", calendars.event, name="event_calendar"),
    path("events/<int:number>/history", events.history, name="event_history"),
    path("events/<int:number>/edit", keeping.edit, name="edit_event"),
    path("events/<int:number>/cancel", keeping.cancel, name="cancel_event"),
    path("events/<int:number>/people", keeping.people, name="people"),
    path("events/<int:number>/register", registering.register, name="register"),
    path("events/<int:number>/leave", registering.leave, name="leave"),
    path("calendar/<str:token>", calendars.own, name="own_calendar"),
]
