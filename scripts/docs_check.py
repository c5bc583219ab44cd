#!/usr/bin/env python3
"""Checks the documents: every relative link and anchor of every *.md resolves, and codespell finds no misspelling.

Addresses of other sites are not asked. Exit code 1 with a line `file:line: what` for each finding.
Words that codespell must let be are in scripts/words.txt, one a line, in lower case.
"""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^\s)>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)")
TAG = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
# Text of others, words of another language, and what is not text.
UNSPELLED = re.compile(r"(^|/)vendor/|^frontend/public/i18n/zh|\.(png|svg|ico|webmanifest|woff2?)$|^LICENSE$"
                       r"|^scripts/words\.txt$")


def files():
    """What git knows or would take in, relative to the repository."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout
    return [name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def prose(text):
    """Numbered lines outside of fences, with inline code blanked out."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = None
            continue
        if mark:
            fence = mark[1]
            continue
        yield number, line


def without_code(line):
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)


def anchors(text):
    """As GitHub makes them: lower case, no punctuation, hyphens for spaces, numbered when they come again."""
    found = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", text))
    seen = {}
    for _, line in prose(text):
        heading = HEADING.match(line)
        if not heading:
            continue
        words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).replace("`", "").replace("*", "").lower()
        kept = "".join(c for c in words if c in " -_" or unicodedata.category(c)[0] in "LNM")
        slug = kept.replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        found.add(f"{slug}-{count}" if count else slug)
    return found


def targets(text):
    """Numbered targets of links, pictures and references."""
    for number, line in prose(text):
        line = without_code(line)
        for pattern in (LINK, REFERENCE, TAG):
            for target in pattern.findall(line):
                yield number, target


def problem(name, target, known):
    """What is wrong with a target of the file `name`, or None. `known` holds the tracked files and their folders."""
    if re.match(r"^[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
        return None
    path, _, anchor = target.partition("#")
    if path.startswith("/"):
        return f"{target}: a link from the root of a server does not work in a checkout"
    file = (ROOT / name).parent / unquote(path) if path else ROOT / name
    try:
        inside = str(file.resolve().relative_to(ROOT))
    except ValueError:
        return f"{target}: leads out of the repository"
    if inside not in known:
        return f"{target}: there is no {inside} in the repository"
    if anchor and file.suffix == ".md" and unquote(anchor) not in anchors(file.read_text(encoding="utf-8")):
        return f"{target}: {inside} has no heading for #{anchor}"
    return None


def broken_links(names):
    known = {"."} | set(names) | {str(parent) for name in names for parent in Path(name).parents}
    documents = [name for name in names if name.endswith(".md")]
    found, count = [], 0
    for name in documents:
        for number, target in targets((ROOT / name).read_text(encoding="utf-8")):
            count += 1
            if wrong := problem(name, target, known):
                found.append(f"{name}:{number}: {wrong}")
    return found, count, len(documents)


def misspellings(names):
    spelled = [name for name in names if not UNSPELLED.search(name)]
    done = subprocess.run(["codespell", "--ignore-words", "scripts/words.txt", *spelled], cwd=ROOT,
                          capture_output=True, text=True)
    found = [line for line in done.stdout.splitlines() if "==>" in line]
    if done.returncode and not found:
        found = [f"codespell ended with {done.returncode}: {done.stderr.strip()}"]
    return found, len(spelled)


def main():
    names = files()
    links, count, documents = broken_links(names)
    words, spelled = misspellings(names)
    for line in links + words:
        print(line)
    print(f"{count} links in {documents} documents, {spelled} files spelled: {len(links) + len(words)} findings")
    # No link or no file at all would mean that this script does not look.
    return 1 if links or words or not count or not spelled else 0


if __name__ == "__main__":
    sys.exit(main())
