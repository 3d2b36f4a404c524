// Finishing sums in one precision.

CLONES void NAME(palindrome_finish_rim)(palindrome_sums sums) {
    const palindrome_rim *rim = &sums.rim;
    for (int64_t x = 0; x < rim->owned_x; x++)
        for (int64_t y = 0; y < rim->owned_y; y++)
            if (palindrome_rim_contains(rim, x, y))
                NAME(make_real)(&sums, x, y, palindrome_rim_row(rim, x, y));
}
