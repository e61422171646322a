"""The words of captions: how names become captions, and what each word tells.

A caption's score is only as good as its easiest words. `word_classes` tells them apart,
so that a notebook can score what is hard (which thing is drawn) beside what is easy
(the colour of the skin).
"""

import re

TONES = ("light", "medium-light", "medium", "medium-dark", "dark")
_SKIN_TONE = re.compile(rf" ?\b({'|'.join(sorted(TONES, key=len)[::-1])}) skin tone\b")

_WORDS = {
    "person": """man men woman women person people boy girl child baby adult older
        man's men's woman's women's mx mrs""",
    "hair": "hair curly bald beard blond",
    "clothing": """headscarf turban tuxedo veil skullcap hat cap crown suit coat shirt
        t-shirt jeans shorts dress necktie gloves scarf socks shoe boot sandal glasses
        sunglasses goggles helmet mask kimono sari bikini swimsuit vest bowtie
        disguise""",
    "direction": """left right up down facing leftwards rightwards upwards downwards
        upside clockwise counterclockwise""",
    "colour": "red orange yellow green blue purple brown black white pink grey",
    "size": "small medium large",
    "number": """one two three four five six seven eight nine ten eleven twelve thirty
        o'clock 1st 2nd 3rd first last""",
    "function": "a and at for from in of on or over the to under with without",
}
_CLASS_OF = {word: name for name, words in _WORDS.items() for word in words.split()}

CLASSES = ("concept", *_WORDS, "skin tone")


def caption_of(name: str) -> str:
    """Returns the caption that a standard name gives.

    All letters are lower case. A hyphen becomes a space ("three-thirty"), except
    in "medium-light" and "medium-dark", which are one word each. Brackets, points and
    exclamation marks are left out; the apostrophe is the plain one.

    Args:
        name: A name such as `":woman_judge_medium-dark_skin_tone:"`.

    Returns:
        Words, one space between two.
    """
    return clean(name.strip(":").replace("_", " "))


def clean(text: str) -> str:
    """Returns the words of any text in the form of the captions.

    Args:
        text: A str, such as a caption of a photograph.
    """
    text = re.sub("[’`]", "'", text.lower())
    text = re.sub(r"(?<!\bmedium)-|-(?!light|dark)", " ", text)
    return " ".join(re.sub(r"[^\w\s'-]", "", text).split())


def without_skin_tones(caption: str) -> str:
    """Returns the caption without its skin tones, such as "dark skin tone".

    Args:
        caption: Words, one space between two.
    """
    return _SKIN_TONE.sub("", caption).strip()


def word_classes(caption: str) -> list[str]:
    """Tells for each word of a caption what kind of thing it says.

    The classes, listed in `CLASSES`: `"person"` (man, girl), `"hair"` (bald, "red
    hair"), `"clothing"` (turban), `"direction"` (left, facing), `"colour"`, `"size"`,
    `"number"`, `"function"` (with, of), `"skin tone"` (the three words of "dark skin
    tone"), and `"concept"` for all other words: what is drawn. A word has its class by
    a list, wherever it stands; only skin tones, and colours before "hair", depend on
    their neighbours.

    Args:
        caption: Words, one space between two.

    Returns:
        A list of class names, one a word.
    """
    words = caption.split()
    classes = [_CLASS_OF.get(word, "concept") for word in words]
    for i, word in enumerate(words):
        if word == "hair" and i and classes[i - 1] == "colour":
            classes[i - 1] = "hair"
        if words[i + 1 : i + 3] == ["skin", "tone"] and word in TONES:
            classes[i : i + 3] = ["skin tone"] * 3
    return classes
