"""zsh, with the help of each command and option beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.shells.table import Offer, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmian_policy.cli.shells.entry import Entry

# The last lines: as a file of fpath the script is the body of the function, under eval it registers it.
_SCRIPT = r"""#compdef cmian-policy
# In ~/.zshrc, after compinit: eval "$(cmian-policy completion zsh)"; or write this to a folder of $fpath, as _cmian-policy

_cmian_policy_table() {
    kind=none found=()
    case $1 in
__TABLE__    esac
}

_cmian-policy() {
    local at='cmian-policy' pending='' plain='' count=0 word raw=${words[CURRENT]} kind
    local -a found
    for word in "${(@)words[2,CURRENT-1]}"; do
        _cmian_policy_table "$at $word"
        if [[ -n $pending ]]; then
            pending=''
        elif [[ -z $plain && $word == -- ]]; then
            plain=1
        elif [[ -z $plain && $word == -?* ]]; then
            [[ $kind == none ]] || pending=$word
        elif [[ $kind == command ]]; then
            at="$at $word"
        else
            count=$((count + 1))
        fi
    done
    if [[ -n $pending ]]; then
        _cmian_policy_table "$at $pending"
    elif [[ -z $plain && $raw == --*=* ]]; then
        compset -P '[^=]#='
        _cmian_policy_table "$at ${raw%%=*}"
    elif [[ -z $plain && $raw == -* ]]; then
        _cmian_policy_table "$at -"
    else
        _cmian_policy_table "$at $((count + 1))"
    fi
    case $kind in
        path) _files ;;
        report) if compset -P '*='; then _files; else compadd -S '' -a found; fi ;;
        words) _describe -t values cmian-policy found ;;
    esac
}

if [[ $funcstack[1] == _cmian-policy ]]; then
    _cmian-policy "$@"
elif (( $+functions[compdef] )); then
    compdef _cmian-policy cmian-policy
fi
"""


def script(entries: Sequence[Entry]) -> str:
    """The script."""
    return _SCRIPT.replace("__TABLE__", table(entries, _offered))


def _offered(offers: Sequence[Offer]) -> str:
    return f"({' '.join(_quoted(f'{offer.word}:{offer.help}' if offer.help else offer.word) for offer in offers)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
