#include "include/deposit.h"
#include "kernel.h"
#include "locate.h"
#include "total.h"

// So many parts of a batch take turns.
enum { turn_takers = 4 };

// Two integers side by side.
typedef int64_t pair __attribute__((vector_size(16), aligned(8)));

#define PRECISION 32
#include "precision.h"
#include "planes.template.h"
#include "rim.template.h"
#include "deposit.template.h"
#undef PRECISION

#define PRECISION 64
#include "precision.h"
#include "planes.template.h"
#include "rim.template.h"
#include "deposit.template.h"
