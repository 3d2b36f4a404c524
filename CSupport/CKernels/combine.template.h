// Filters across rows, for short_range.c and resample.c.

#define UNROLLED _Pragma("clang loop unroll(full)")

// A symmetric filter across rows: out[j] = [out[j] +] f0 c[j] + f1 (c[j-1] + c[j+1]) + ..., for `outputs`
// rows side by side, which share what they read. Numbers in capitals are constants where this is inlined.
//
// - rows: 2 RADIUS + OUTPUTS of them, the first one RADIUS before the first output's centre.
INLINE void NAME(combine)(const REAL *const *rows, int64_t count, const int RADIUS, const int OUTPUTS,
                          const int ADDING, const REAL *taps, REAL *const *outs) {
    const REAL *c[2 * palindrome_widest_radius + 4];
    REAL f[palindrome_widest_radius + 1];
    REAL *out[4];
    UNROLLED for (int i = 0; i < 2 * RADIUS + OUTPUTS; i++) c[i] = rows[i];
    UNROLLED for (int a = 0; a <= RADIUS; a++) f[a] = taps[a];
    UNROLLED for (int j = 0; j < OUTPUTS; j++) out[j] = outs[j];
    _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < count; i++) {
        UNROLLED for (int j = 0; j < OUTPUTS; j++) {
            const REAL *const *at = c + j + RADIUS;
            REAL sum = ADDING ? FMA(f[0], at[0][i], out[j][i]) : f[0] * at[0][i];
            UNROLLED for (int a = 1; a <= RADIUS; a++) sum = FMA(f[a], at[-a][i] + at[a][i], sum);
            out[j][i] = sum;
        }
    }
}
