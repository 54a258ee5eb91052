"""Forms of the forum. What they accept is checked again by the acts."""

from stoa.forum.forms.posts import EditForm, PostForm, ReadForm, TakeBackForm

__all__ = ["EditForm", "PostForm", "ReadForm", "TakeBackForm"]
