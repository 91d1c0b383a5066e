export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/* Words go to `evt complete` as arguments and come back as data: no script evaluates them. */

/** bash puts what it is given into the line as it is, so evt has quoted it. */
const bash = `# Completion of evt for bash.
_evt() {
  local head='' line
  COMPREPLY=()
  {
    IFS= read -r head
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <(command evt complete bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  if [[ $head == files ]]; then
    compopt -o default
  elif [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[/=] ]]; then
    compopt -o nospace
  fi
}
if type -t compopt >/dev/null; then complete -F _evt evt; else complete -o default -F _evt evt; fi
`

const zsh = `#compdef evt
# Completion of evt for zsh.
_evt() {
  local -a lines ends end_texts opens open_texts
  local line value text
  local -a typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  lines=("\${(@f)$(command evt complete zsh "\${(@)typed}" 2>/dev/null)}")
  if [[ $lines[1] == files ]]; then
    _files
    return
  fi
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    value=\${line%%$'\\t'*}
    text=$value
    [[ $line == *$'\\t'* ]] && text="$value  \${line#*$'\\t'}"
    if [[ $value == *[/=] ]]; then
      opens+=("$value") open_texts+=("$text")
    else
      ends+=("$value") end_texts+=("$text")
    fi
  done
  (( $#ends )) && compadd -l -d end_texts -a -- ends
  (( $#opens )) && compadd -l -S '' -d open_texts -a -- opens
  (( $#ends + $#opens ))
}
if [[ $funcstack[1] == _evt ]]; then _evt "$@"; else compdef _evt evt; fi
`

const fish = `# Completion of evt for fish.
function __evt_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines (command evt complete fish $words "$current" 2>/dev/null)
    if test "$lines[1]" = files
        __fish_complete_path "$current"
    else if set -q lines[2]
        printf '%s\\n' $lines[2..-1]
    end
end
complete -c evt -f -a '(__evt_complete)'
`

/** What a shell has to read to complete evt. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }
