#include "include/deposit.h"
#include "kernel.h"
#include "locate.h"
#include "total.h"

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
