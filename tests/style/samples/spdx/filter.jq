# bad
.name
