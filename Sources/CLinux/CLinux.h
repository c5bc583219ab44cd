// Calls of the C library that Swift's Glibc module leaves out.
#include <spawn.h>

int pipe2(int descriptors[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int syncfs(int descriptor);
