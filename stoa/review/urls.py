"""Addresses of review."""

from django.urls import path

from stoa.review.views import inviting, keeping, reading

app_name = "review"
urlpatterns = [
    path("reviews", reading.mine, name="mine"),
    path("reviews/new", keeping.set_up, name="set_up"),
    path("reviews/<int:pk>", reading.desk, name="desk"),
    path("reviews/<int:pk>/answer", reading.answer, name="answer"),
    path("reviews/<int:pk>/sheet", reading.sheet, name="sheet"),
    path("reviews/<int:pk>/form", reading.offline, name="offline"),
    path("reviews/<int:pk>/pdf", reading.pdf, name="pdf"),
    path("reviews/<int:pk>/print", reading.printed, name="printed"),
    path("reviews/<int:pk>/of/<int:number>", reading.piece, name="piece"),
    path("reviews/<int:pk>/of/<int:number>/draft", reading.draft, name="draft"),
    path("reviews/<int:pk>/of/<int:number>/abstain", reading.abstain, name="abstain"),
    path("reviews/<int:pk>/of/<int:number>/conflict", reading.conflict, name="conflict"),
    path("reviews/<int:pk>/of/<int:number>/remark", reading.remark, name="remark"),
    path("reviews/<int:pk>/panel", keeping.panel, name="panel"),
    path("reviews/<int:pk>/panel/invite", inviting.invite, name="invite"),
    path("reviews/<int:pk>/panel/piece", keeping.put, name="put"),
    path("reviews/<int:pk>/panel/deadline", keeping.extend, name="extend"),
    path("reviews/<int:pk>/panel/assign", keeping.assign, name="assign"),
    path("reviews/<int:pk>/panel/discuss", keeping.discuss, name="discuss"),
    path("reviews/<int:pk>/panel/close", keeping.close, name="close"),
    path("reviews/<int:pk>/panel/seats/<int:number>/load", keeping.lighten, name="lighten"),
    path("reviews/<int:pk>/panel/seats/<int:number>/remove", keeping.remove, name="remove"),
    path("reviews/<int:pk>/panel/conflicts/<int:number>", keeping.clear, name="clear"),
]
