"""One measured figure, what stands beside it, and what is claimed of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

# Keeps a figure and its unit on one line, however narrow the column.
_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_KINDS = ("score", "difference", "share", "failure")


@dataclasses.dataclass(frozen=True)
class Result:
    """One measured figure and what is claimed of it.

    `measured`, `difference` and `failure` make results; their figures and intervals
    then come from the same arrays.

    Args:
        name: The metric's name, unique in a scorecard.
        value: The measured figure.
        kind: `"score"`; `"difference"` of two scores, positive where ours is better, or
            `"share"` of the rival's error that ours saves; or `"failure"`, a score
            after something was broken on purpose, of which nothing is claimed.
        interval: Its 95 % interval, `(low, high)`.
        rivals: The score of each rival measured on the same data, by name. A difference
            and a share have one, a failure has the score before.
        floor: The figure that the value must reach, or must not exceed where lower is
            better.
        beats: Whether to claim that the whole interval is better than the strongest
            rival, or than no difference.
        higher_is_better: False for errors and losses. Of a difference, more is better.
        percent: Whether to show the figures as percentages, and differences in points.

    Raises:
        ValueError: A figure that is not finite, an interval without the value, or a
            claim that nothing supports.
    """

    name: str
    value: float
    _: dataclasses.KW_ONLY
    kind: str = "score"
    interval: tuple[float, float] | None = None
    rivals: Mapping[str, float] = dataclasses.field(default_factory=dict)
    floor: float | None = None
    beats: bool = False
    higher_is_better: bool = True
    percent: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"name is {self.name!r}; expected a metric's name.")
        if self.kind not in _KINDS:
            raise ValueError(
                f"kind of {self.name!r} is {self.kind!r}; expected one of {_KINDS}."
            )
        self._store("value", self._number("value", self.value))
        rivals = {
            rival: self._number(f"rival {rival!r}", score)
            for rival, score in self.rivals.items()
        }
        self._store("rivals", rivals)
        if self.floor is not None:
            self._store("floor", self._number("floor", self.floor))
        if self.interval is not None:
            self._store("interval", self._checked_interval())
        self._check_claims()

    def _check_claims(self):
        if self.kind == "failure" and (self.floor is not None or self.beats):
            raise ValueError(
                f"{self.name!r} is a failure that is shown; expected neither floor nor "
                "beats, because a model that becomes more robust must not fail."
            )
        if self.kind != "score" and len(self.rivals) != 1:
            raise ValueError(
                f"rivals of {self.name!r} are {sorted(self.rivals)}; expected the one "
                f"that this {self.kind} is about."
            )
        if self.kind in ("difference", "share") and not self.higher_is_better:
            raise ValueError(
                f"higher_is_better of {self.name!r} is False; expected True: turn the "
                f"{self.kind} round, so that more is better."
            )
        if self.beats and (self.interval is None or not self.rivals):
            raise ValueError(f"{self.name!r} beats needs a rival and an interval.")

    def _store(self, argument, value):
        object.__setattr__(self, argument, value)  # The dataclass is frozen.

    def _number(self, argument, given):
        try:
            number = float(given)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(
                f"{argument} of {self.name!r} is {given!r}; expected a finite number."
            )
        return number

    def _checked_interval(self):
        try:
            low, high = self.interval
        except (TypeError, ValueError):
            raise ValueError(
                f"interval of {self.name!r} is {self.interval!r}; expected (low, high)."
            ) from None
        low, high = self._number("interval", low), self._number("interval", high)
        if not low <= self.value <= high:
            raise ValueError(
                f"interval of {self.name!r} is ({low:g}, {high:g}); expected "
                f"low <= value <= high with the value {self.value:g}."
            )
        return low, high

    @property
    def strongest(self) -> str | None:
        """The name of the rival with the best score; None where there is none."""
        best = max if self.higher_is_better else min
        return best(self.rivals, key=self.rivals.get, default=None)

    @property
    def failures(self) -> list[str]:
        """The claims that do not hold, each in a sentence with its figures."""
        sentences = []
        sign = 1 if self.higher_is_better else -1
        if self.floor is not None and sign * self.value < sign * self.floor:
            word = "below" if self.higher_is_better else "above"
            sentences.append(
                f"{self.name} is {self.figure(self.value)}, {word} its floor "
                f"{self.figure(self.floor)}"
            )
        if self.beats:
            near_end = self.interval[0 if self.higher_is_better else 1]
            bar = self.rivals[self.strongest] if self.kind == "score" else 0.0
            if sign * near_end <= sign * bar:
                sentences.append(
                    f"{self.name} does not beat {self.strongest}: the near end of its "
                    f"interval is {self.figure(near_end)}, expected better than "
                    f"{self.figure(bar)}"
                )
        return sentences

    @property
    def verdict(self) -> str:
        """Each claim of this result with a tick or a cross."""
        if self.failures:
            return "✗ " + "; ".join(self.failures)
        claims = []
        if self.floor is not None:
            claims.append("reaches its floor")
        if self.beats:
            claims.append(f"beats {self.strongest}")
        if claims:
            return "✓ " + ", ".join(claims)
        return "shown, not claimed" if self.kind == "failure" else "measured"

    def figure(self, number: float) -> str:
        """A figure of this metric as the tables print it, with its unit."""
        sign = "+" if self.kind in ("difference", "share") else ""
        if not self.percent:
            return format(number, sign + _digits(number)).replace("-", _MINUS)
        unit = "points" if self.kind == "difference" else "%"
        percent = 100 * number
        digits = ".2f" if abs(percent) < 10 else ".1f"
        return f"{percent:{sign}{digits}}".replace("-", _MINUS) + _SPACE + unit

    def rival(self) -> str:
        """The strongest rival's name and score, or what a difference is taken from."""
        if self.strongest is None:
            return ""
        # The error whose share is saved has a unit of its own.
        percent = self.percent and self.kind != "share"
        score = dataclasses.replace(
            self, kind="score", beats=False, floor=None, percent=percent
        )
        shown = f"{score.figure(self.rivals[self.strongest])} ({self.strongest})"
        return {"score": "", "failure": "before: "}.get(self.kind, "over ") + shown

    def cells(self) -> list[str]:
        """This result's row of the table, in the order of its columns."""
        floor = interval = ""
        if self.interval is not None:
            interval = " to ".join(map(self.figure, self.interval))
        if self.floor is not None:
            sign = "≥" if self.higher_is_better else "≤"
            floor = f"{sign}{_SPACE}{self.figure(self.floor)}"
        ours = self.figure(self.value)
        return [self.name, self.rival(), ours, interval, floor, self.verdict]


def _digits(number):
    """Three significant digits, and no power of ten before a reader needs one."""
    return ",.0f" if abs(number) >= 100 else ".3g"
