"""Subwords: frequent words whole, rare ones in pieces, nothing unknown.

Source: Sennrich, Haddow and Birch (2016), "Neural machine translation of rare words
with subword units", ACL, section 3.2 (byte pair encoding); the library sentencepiece.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np

from rnn_utils import _checks

PAD, START, END, UNKNOWN = range(4)


class Subwords:
    """Subwords fitted on texts by byte pair encoding.

    Ids 0 to 3 are `PAD`, `START`, `END` and `UNKNOWN` (a character that no text of
    training has). A piece that begins a word begins with "▁".

    Args:
        texts: List of str, of training only.
        vocabulary_size: Number of ids.

    Raises:
        ValueError: `vocabulary_size` does not suit the texts, or there are none.
    """

    def __init__(self, texts: Iterable[str], vocabulary_size: int) -> None:
        import sentencepiece

        _checks.whole_number("vocabulary_size", vocabulary_size)
        texts = _checks.texts("texts", texts)
        _checks.not_empty("texts", texts, "text")
        model = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(texts),
                model_writer=model,
                model_type="bpe",
                vocab_size=vocabulary_size,
                character_coverage=1.0,
                # The texts stay as they are, so that decoding gives them back.
                normalization_rule_name="identity",
                pad_id=PAD,
                bos_id=START,
                eos_id=END,
                unk_id=UNKNOWN,
                minloglevel=3,
            )
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ValueError(
                f"vocabulary_size is {vocabulary_size!r}; expected more ids than the "
                f"texts have characters, and fewer than they have pieces ({reason})"
            ) from error
        self._processor = sentencepiece.SentencePieceProcessor(
            model_proto=model.getvalue()
        )

    def __len__(self) -> int:
        """Returns the number of ids."""
        return self._processor.vocab_size()

    def encode(self, texts: Iterable[str]) -> list[np.ndarray]:
        """Returns a list of int32 arrays of ids, without `START` and `END`.

        Args:
            texts: List of str. An empty one has no ids.

        Raises:
            ValueError: `texts` is one str.
        """
        texts = _checks.texts("texts", texts)
        return [np.array(ids, np.int32) for ids in self._processor.encode(texts)]

    def decode(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Returns a list of str; the ids below 3 are left out.

        Args:
            sequences: List of 1-D int arrays of ids.

        Raises:
            ValueError: An id is not one of these subwords.
        """
        rows = [np.array([*ids]) for ids in sequences]
        rows = _checks.token_ids("sequences", rows, 0, len(self) - 1)
        return [self._processor.decode(row.tolist()) for row in rows]

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """Returns the pieces of one sequence of ids, as a list of str.

        Args:
            ids: 1-D int array.

        Raises:
            ValueError: An id is not one of these subwords.
        """
        ids = _checks.whole_numbers("ids", [*ids], 0, len(self) - 1)
        return [self._processor.id_to_piece(i) for i in ids.tolist()]
