// The types of one precision, for kernel templates: set PRECISION to 32 or 64, include this, then the
// template.

#undef REAL
#undef POSITION
#undef MOMENTUM
#undef NAME
#undef FMA
#undef ROW4
#undef ROW8
#undef HALF_BOX

#if PRECISION == 32
#define REAL float
#define POSITION uint32_t
#define MOMENTUM int32_t
#define NAME(name) name##_f32
#define FMA __builtin_fmaf
#define ROW4 row4_f32
#define ROW8 row8_f32
#define HALF_BOX 0x1p31
#else
#define REAL double
#define POSITION uint64_t
#define MOMENTUM int64_t
#define NAME(name) name##_f64
#define FMA __builtin_fma
#define ROW4 row4_f64
#define ROW8 row8_f64
#define HALF_BOX 0x1p63
#endif
