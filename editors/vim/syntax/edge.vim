if exists("b:current_syntax")
  finish
endif

syntax keyword edgeConditional if else match
syntax keyword edgeRepeat for while break continue
syntax keyword edgeException try catch defer
syntax keyword edgeDeclaration let var fn export
syntax keyword edgeInclude import
syntax keyword edgeStatement return
syntax keyword edgeOperatorWord and or not in
syntax keyword edgeConstant true false null

syntax match edgeNumber "\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%([eE][+-]\?\d\+\)\?\>"
syntax match edgeNumber "\<0x[0-9A-Fa-f_]\+\>"
syntax match edgeNumber "\<0b[01_]\+\>"
syntax match edgeQuantity "\C\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%([eE][+-]\?\d\+\)\?\%(ns\|us\|ms\|s\|min\|h\|d\|bit\|B\|kbit\|kB\|KiB\|Mbit\|MB\|MiB\|GB\|GiB\|Hz\|kHz\|MHz\|mW\|W\|mJ\|J\|Wh\)\>"
syntax match edgePipe "|>"
syntax match edgeFunction "\<\h\w*\ze("

syntax region edgeInterpolation matchgroup=edgeSpecial start="\\(" end=")" contained contains=TOP,edgeParentheses
syntax region edgeParentheses start="(" end=")" contained transparent contains=TOP,edgeParentheses
syntax match edgeEscape "\\[nrt0e\\\"]\|\\u{\x\{1,8}}" contained
syntax region edgeString start=+"+ end=+"+ oneline contains=edgeEscape,edgeInterpolation
syntax region edgeString start=+"""+ end=+"""+ contains=edgeEscape,edgeInterpolation
syntax region edgeRawString start=+\<r"+ end=+"+ oneline
syntax match edgeBytes +\<hex"[^"]*"+
syntax match edgeComment "#.*$"
syntax match edgeDocumentation "^\s*##\%([^#].*\)\?$"

highlight default link edgeConditional Conditional
highlight default link edgeRepeat Repeat
highlight default link edgeException Exception
highlight default link edgeDeclaration Keyword
highlight default link edgeInclude Include
highlight default link edgeStatement Statement
highlight default link edgeOperatorWord Operator
highlight default link edgeConstant Constant
highlight default link edgeNumber Number
highlight default link edgeQuantity Number
highlight default link edgePipe Operator
highlight default link edgeFunction Function
highlight default link edgeSpecial Special
highlight default link edgeEscape SpecialChar
highlight default link edgeString String
highlight default link edgeRawString String
highlight default link edgeBytes String
highlight default link edgeComment Comment
highlight default link edgeDocumentation SpecialComment

let b:current_syntax = "edge"
