// The system's password hashing (libxcrypt), for the hashes that the original service made.
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/// Hashes `phrase` as `setting` says into `output`. Returns 0, or -1 when memory is short or the setting is not known.
static inline int ccrypt_hash(const char *phrase, const char *setting, char *output, size_t size) {
    struct crypt_data *data = calloc(1, sizeof *data);
    if (data == NULL) return -1;
    const char *hash = crypt_r(phrase, setting, data);
    int done = hash != NULL && hash[0] != '*' && strlen(hash) < size;
    if (done) strcpy(output, hash);
    explicit_bzero(data, sizeof *data);
    free(data);
    return done ? 0 : -1;
}
