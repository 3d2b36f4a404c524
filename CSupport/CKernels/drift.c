#include "include/drift.h"
#include "exact.h"
#include "rounding.h"

// So many particles at once go through several loops while they are in cache.
enum { drift_batch = 512 };

#define PRECISION 32
#include "precision.h"
#include "drift.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "drift.template.h"
