"""bash, from 3.2 on (macOS); file names are left to readline, which quotes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.shells.table import Offer, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmian_policy.cli.shells.entry import Entry

# The line is split at spaces and not with COMP_WORDS, which "=", ":" and "@" divide; readline replaces the last part ($2): what
# stands before it is taken off the answers. ``compopt`` is missing in 3.2: file names are then offered too.
_SCRIPT = r"""# In ~/.bashrc: eval "$(cmian-policy completion bash)"

_cmian_policy_table() {
    kind=none found=''
    case $1 in
__TABLE__    esac
}

_cmian_policy() {
    local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} at='cmian-policy' pending='' plain='' count=0
    local typed word raw='' prefix='' head kind found
    COMPREPLY=()
    read -a typed <<< "$line"
    if [[ $line != *[[:space:]] ]]; then
        raw=${typed[${#typed[@]}-1]}
        unset "typed[${#typed[@]}-1]"
    fi
    head=${raw%"$2"}
    for word in "${typed[@]:1}"; do
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
        prefix=${raw%%=*}=
        _cmian_policy_table "$at ${raw%%=*}"
    elif [[ -z $plain && $raw == -* ]]; then
        _cmian_policy_table "$at -"
    else
        _cmian_policy_table "$at $((count + 1))"
    fi
    if [[ $kind == path || ($kind == report && ${raw#"$prefix"} == *=*) ]]; then
        return 0
    fi
    compopt +o default 2> /dev/null
    if [[ $kind == report ]]; then
        compopt -o nospace 2> /dev/null
    fi
    for word in $found; do
        word=$prefix$word
        [[ $word != "$raw"* ]] || COMPREPLY+=("${word#"$head"}")
    done
    return 0
}

complete -o default -F _cmian_policy cmian-policy
"""


def script(entries: Sequence[Entry]) -> str:
    """The script."""
    return _SCRIPT.replace("__TABLE__", table(entries, _offered))


def _offered(offers: Sequence[Offer]) -> str:
    return f"'{' '.join(offer.word for offer in offers)}'"
