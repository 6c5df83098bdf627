### One line of help for each staff command, and the words around them.
