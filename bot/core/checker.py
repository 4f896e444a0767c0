"""The ISV check as every channel holds it: a message in, the next question or the outcome out.

Knows how a step of the dialogue is worded, and that its outcome is verified like any other answer.
Knows nothing of buttons, commands or how a channel shows choices.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.case import of_this_purchase
from bot.core.corpus import Language, Status
from bot.core.decide import CONTRADICTED, NO_THRESHOLD
from bot.core.decision import CATEGORIES, NO_CATEGORY, Decision, Fact, FactName, Facts, Known, Refused
from bot.core.dialogue import AGREE, CHANGE, UNKNOWN, Command, Said, Stage, Step, Talk, command_of, step_of
from bot.core.draft_decision import DecisionDraft, part_of_decision
from bot.core.drafted import Draft, newer_than_quoted
from bot.core.errors import UsageError
from bot.core.isv_check import cited_passages, decisions_of
from bot.core.model import MAX_QUESTION_CHARS, Answer, NoticeKind, Question
from bot.core.rules import Rules
from bot.core.screen import Screened, Stopped, screen
from bot.core.stopwatch import Stopwatch
from bot.core.tools import Tools
from bot.core.values import facts_lines, question_for, refused_text, value_name, warning_text
from bot.core.wire import checked_question
from bot.core.write import verify

LIKELY_CATEGORY = 0.3
"""The chance from which a thing that no list names is taken to belong to a category; the asker is asked to confirm."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A possible reply: what to send back, and how it is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class CheckReply:
    """What a reader gets: a text, choices and, at the end, the answer. Without a talk the check has ended."""

    text: str
    talk: Talk | None
    choices: tuple[Choice, ...] = ()
    answer: Answer | None = None
    is_heard: bool = True
    """Whether the message told something; a channel may take it for a question of another kind where not."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A talk after a message, and what to say of that message in front of the next question."""

    talk: Talk
    note: str = ""
    is_heard: bool = True


class Checker:
    """Holds checks. One instance serves many askers; the talk that it gives back is all there is to keep."""

    def __init__(self, tools: Tools) -> None:
        """Take the tools that the steps of a question need."""
        self._tools = tools

    @property
    def rules(self) -> Rules:
        """The rules by which messages are read."""
        return self._tools.rules

    def start(self, talk: Talk, *messages: str) -> CheckReply:
        """Begin a check, with what was said before about the same purchase."""
        heard = _Heard(talk)
        for message in messages:
            if command_of(message, self.rules.dialogue) is Command.STOP:
                return self._stopped(talk)
            heard = self._heard(heard.talk, message)
        return self._reply(heard)

    def start_after(self, talk: Talk, earlier: Sequence[str], text: str) -> CheckReply:
        """Begin a check with a message, and with what was said before it about the same purchase."""
        return self.start(talk, *of_this_purchase((*earlier, text), talk.as_of, self.rules))

    def hear(self, talk: Talk, text: str) -> CheckReply:
        """Take one more message.

        Raises:
            UsageError: it is too long.
        """
        return self.start(talk, text)

    def answer_now(self, talk: Talk, text: str) -> Answer:
        """Give the outcome for what a message tells, without asking; facts that are missing stay missing.

        Raises:
            UsageError: the message is empty or too long.
        """
        asked = checked_question(text, role=talk.role, as_of=talk.as_of, language=talk.language)
        heard = self._heard(talk, asked.text)
        shown = screen(asked, self._tools.finder, self.rules).text
        step = step_of(heard.talk, self.rules)
        return self.answer(step.facts, talk, shown, step.refused)

    def answer(self, facts: Facts, talk: Talk, shown: str, refused: tuple[Refused, ...] = ()) -> Answer:
        """Decide for these facts and word it, with every to-do; ``shown`` is the purchase in words.

        ``refused`` is what was told beside the facts and cannot be so.
        """
        tools, language = self._tools, talk.language
        watch = Stopwatch(tools.clock)
        with watch.step("decide"):
            decision, now = decisions_of(facts, talk.as_of, tools.rules)
            passages = cited_passages((decision, now), tools.lookup, talk.role, tools.rules)
        with watch.step("draft"):
            check = DecisionDraft(decision, now, is_whole=True)
            part = part_of_decision(check, shown, passages, language, tools.rules, tools.messages)
        with watch.step("verify"):
            sources = {passage.source_id for passage in passages.values()}
            shelf, days = tools.lookup.shelf, frozenset({talk.as_of, decision.as_of})
            drafted = Draft(language, (part,), days=days, refused=refused)
            newer = newer_than_quoted(drafted, shelf)
            verified = verify(drafted, shelf.sources(sorted(sources)), tools.messages, newer)
        return Answer(
            id=tools.new_id(),
            question=shown,
            standalone_question=shown,
            language=language,
            role=talk.role,
            as_of=talk.as_of,
            status=verified.status,
            text=verified.text,
            citations=verified.citations,
            notices=verified.notices,
            decision=verified.decision or decision,
            timings_ms=watch.timings_ms(),
        )

    def _stopped(self, talk: Talk) -> CheckReply:
        return CheckReply(self._say("check_stopped", talk.language), None)

    def _heard(self, talk: Talk, text: str) -> _Heard:
        """Take a message in, without a reply; to stop is up to the caller."""
        match command_of(text, self.rules.dialogue):
            case Command.STOP:
                return _Heard(talk)
            case Command.BACK:
                return _Heard(replace(talk, said=talk.said[:-1]))
            case Command.AGAIN:
                return _Heard(replace(talk, said=()))
            case None:
                return self._told(talk, text)

    def _told(self, talk: Talk, text: str) -> _Heard:
        tools = self._tools
        if len(text) > MAX_QUESTION_CHARS:
            raise UsageError("question_too_long", count=len(text), limit=MAX_QUESTION_CHARS)
        question = Question(text, talk.role, talk.as_of, talk.language)
        screened = screen(question, tools.finder, tools.rules)
        masked = ""
        if isinstance(screened, Stopped) and screened.status is Status.REFUSED_PERSONAL_DATA:
            masked = self._say("check_masked", talk.language)
            screened = screen(replace(question, text=screened.text), tools.finder, tools.rules)
        elif isinstance(screened, Screened) and NoticeKind.DETAILS_LEFT_OUT in screened.notices:
            masked = self._say("details_left_out", talk.language)
        if isinstance(screened, Stopped):
            return _Heard(talk, tools.messages.say(screened.message, talk.language))
        said = Said(tools.speller.correct(screened.text))
        heard = step_of(replace(talk, said=(*talk.said, said)), tools.rules)
        if not heard.is_heard and heard.asked is FactName.CATEGORY:
            said = replace(said, category=self._likely_category(said.text))
        later = replace(talk, said=(*talk.said, said))
        if said.category or heard.is_heard:
            wrong = [refused_text(one, tools.messages, talk.language) for one in heard.refused]
            return _Heard(later, " ".join([masked, *wrong]).strip())
        is_denied = heard.stage is Stage.CONFIRM and tools.rules.dialogue.no.match(said.text)
        not_heard = self._say("check_what_is_wrong" if is_denied else "check_not_heard", talk.language)
        return _Heard(talk, f"{masked} {not_heard}".strip(), is_heard=is_denied)

    def _likely_category(self, text: str) -> str:
        """Give the category whose texts a message asks for most likely; empty where none stands out."""
        lookup = self._tools.lookup
        found = lookup.recogniser.recognise(text, lookup.embedder.embed_questions([text])[0])
        chances = dict.fromkeys(CATEGORIES, 0.0)
        for key, log_chance in found.log_chances.items():
            name = next((c for c in CATEGORIES if f"categorie-{c.replace('_', '-')}" in key), None)
            if name is not None:
                chances[name] += math.exp(log_chance)
        best = max(chances, key=lambda name: chances[name])
        return best if chances[best] >= LIKELY_CATEGORY else ""

    def _reply(self, heard: _Heard) -> CheckReply:
        talk = heard.talk
        step = step_of(talk, self.rules)
        if step.stage is Stage.DONE:
            answer = self.answer(step.facts, talk, self._say("check_question", talk.language))
            return CheckReply(answer.text, talk, answer=answer, is_heard=heard.is_heard)
        worded = self._asking if step.stage is Stage.ASK else self._confirming
        choices = self._choices(step, talk.language)
        return CheckReply(worded(talk, step, heard.note), talk, choices, is_heard=heard.is_heard)

    def _asking(self, talk: Talk, step: Step, note: str) -> str:
        told = self._facts(step.decision, talk.language)
        is_first = not talk.said
        lines = [
            note,
            self._say("check_intro", talk.language) if is_first and not note else "",
            self._say("check_understood", talk.language, facts=told) if told else "",
            self._warned(step, talk.language),
            self._question(step, talk.language),
        ]
        return "\n\n".join(line for line in lines if line)

    def _confirming(self, talk: Talk, step: Step, note: str) -> str:
        told = self._facts(step.decision, talk.language)
        lines = [
            note,
            self._say("check_understood", talk.language, facts=told),
            self._say("check_confirm", talk.language),
        ]
        return "\n\n".join(line for line in lines if line)

    def _question(self, step: Step, language: Language) -> str:
        return question_for(step.asked, step.decision, self._tools.messages, language) if step.asked else ""

    def _warned(self, step: Step, language: Language) -> str:
        """Say in front of the question why the value does not answer it."""
        reasons = [one for one in (NO_THRESHOLD, CONTRADICTED) if one in step.decision.warnings]
        if step.asked is not FactName.EUROPEAN_TENDER or not reasons:
            return ""
        return warning_text(reasons[0], step.decision, self._tools.messages, language)

    def _facts(self, decision: Decision, language: Language) -> str:
        return "\n".join(f"- {line}" for line in facts_lines(decision, self._tools.messages, language))

    def _choices(self, step: Step, language: Language) -> tuple[Choice, ...]:
        return tuple(Choice(value, self._label(step, value, language)) for value in step.choices)

    def _label(self, step: Step, value: str, language: Language) -> str:
        if value in (AGREE, UNKNOWN):
            return self._say(f"choice_{value}", language)
        if value.startswith(CHANGE):
            fact = step.decision.facts[FactName(value.removeprefix(CHANGE))]
            return self._say("choice_change", language, value=value_name(fact, self._tools.messages, language))
        asked = step.asked
        if asked is None:
            raise ValueError(f"a choice without a question: {value}")
        if value in ("true", "false", NO_CATEGORY):
            return self._say(f"choice_{asked}_{value}", language)
        return value_name(Fact(asked, value, Known.ASKED), self._tools.messages, language)

    def _say(self, name: str, language: Language, **holes: object) -> str:
        return self._tools.messages.say(name, language, **holes)
