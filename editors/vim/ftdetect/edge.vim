autocmd BufRead,BufNewFile *.edge setfiletype edge
