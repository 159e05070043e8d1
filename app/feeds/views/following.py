"""Following a slice by e-mail: the form, and each follower's own page. Links in letters show; only POST acts."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.clock import now
from app.db import db
from app.errors import BadInput, Refused
from app.feeds.following import asking, forgetting
from app.feeds.following.follower import MOST, Follower
from app.feeds.following.form import FollowForm, RhythmForm
from app.feeds.slices import Slice
from app.feeds.views.desk import bp
from app.forms import PlainForm
from app.languages import language
from app.outbox.unsubscribing import FOLLOWING
from app.rates import limiter
from app.signup import consent
from app.signup.views.desk import private

OFTEN = "20 per 5 minutes"


@bp.get("/subscribe/email")
@public
def follow_form() -> str:
    return _form(_wished(), FollowForm(formdata=None, language=language()))


@bp.post("/subscribe/email")
@public
@limiter.limit(OFTEN)
def follow() -> tuple[str, int] | str:
    """The same answer for every mailbox, known or not."""
    wanted, form = _wished(), FollowForm()
    if not form.validate():
        return _form(wanted, form), 422
    try:
        asking.ask(wanted, address=form.address, consent_text=consent.words(language(), purpose=consent.FOLLOW),
                   as_of=now(), **form.wish)
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        form.form_errors.append(error.sentence)
        return _form(Slice(), form), error.status
    return render_template("feeds/follow_asked.html", slice=wanted, address=form.address)


@bp.get("/following/<token>")
@public
def following(token: str) -> Response:
    found = Follower.holding(token)
    return _own(found, RhythmForm(formdata=None, rhythm=found.rhythm, hour=found.hour, language=found.language))


@bp.post("/following/<token>/confirmation")
@public
def confirm_following(token: str) -> Response:
    """Safe to press twice."""
    found = Follower.holding(token)
    if found.confirm(now()):
        db.session.commit()
        flash(_("好了，以后按您选的时间来信。"), "success")
    return _back(token)


@bp.post("/following/<token>/rhythm")
@public
def change_following(token: str) -> Response:
    found, form = Follower.holding(token), RhythmForm()
    if not form.validate():
        return _own(found, form, 422)
    found.change(as_of=now(), **form.wish)
    db.session.commit()
    flash(_("改好了。"), "success")
    return _back(token)


@bp.post("/following/<token>/stop")
@public
def stop_following(token: str) -> Response:
    """One slice or all of them; `again` takes it back."""
    found, scope = Follower.holding(token), request.form.get("scope", "")
    if scope not in {FOLLOWING, *(one.scope for one in found.follows)}:
        raise BadInput(_("请在页面上选要停的信。"))
    reader = found.reader()
    if request.form.get("again"):
        reader.resume(scope, now())
    else:
        reader.stop(scope, now())
    db.session.commit()
    return _back(token)


@bp.get("/following/<token>/data.json")
@public
def following_data(token: str) -> Response:
    answer = private(forgetting.copy_of(Follower.holding(token)), "application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@bp.post("/following/<token>/erasure")
@public
def erase_following(token: str) -> Response:
    forgetting.erase(Follower.holding(token), now())
    db.session.commit()
    return private(render_template("feeds/follow_erased.html"))


def _wished() -> Slice:
    """The slice in the address; one that names what nobody knows is refused, not widened."""
    wanted = Slice.of(request.args, also=request.args)
    wanted.condition()
    return wanted


def _form(wanted: Slice, form: FollowForm) -> str:
    return render_template("feeds/follow.html", slice=wanted, form=form,
                           consent=consent.words(language(), purpose=consent.FOLLOW))


def _own(found: Follower, form: RhythmForm, status: int = 200) -> Response:
    return private(render_template(
        "feeds/following.html", follower=found, token=found.token, form=form, button=PlainForm(), most=MOST,
        stopped=found.reader().stopped(), FOLLOWING=FOLLOWING), status=status)


def _back(token: str) -> Response:
    return redirect(url_for("feeds.following", token=token), 303)
