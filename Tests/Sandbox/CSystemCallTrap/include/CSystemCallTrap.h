// A trap in the kernel for what a sandboxed script must never do: open a file, look for one, make a socket, start a program.

#ifndef C_SYSTEM_CALL_TRAP_H
#define C_SYSTEM_CALL_TRAP_H

// Sets the trap for this process and all of its threads. Reading files whose paths begin with one of the prefixes stays possible.
// There are at most eight prefixes; they are kept. Returns 0, or the number of the error.
int trap_install(const char *const *prefixes, int count);

// How many calls were caught since the last reset.
int trap_caught(void);

// What was caught first since the last reset: the name of the system call and, where it has one, the path. Empty if nothing was.
const char *trap_first(void);

void trap_reset(void);

// Does what must be caught: opens a file, makes a socket, looks for a file, starts a process. Returns how many of these four were.
int trap_self_test(void);

#endif
