! The gradient of a loss of one's own from Fortran: mpifort gradient.f90 -lpalindrome; mpirun -n 4 ./a.out
module losses
  use iso_c_binding
  implicit none
  integer(c_int64_t) :: mesh_points
contains
  ! L = sum of (rho - 1)^2 / 2
  function loss(context, densities, cotangents, value) bind(c) result(code)
    type(c_ptr), value :: context
    type(c_ptr), intent(in) :: densities(1), cotangents(1)
    real(c_double), intent(inout) :: value
    integer(c_int) :: code
    real(c_double), pointer :: density(:), cotangent(:)
    call c_f_pointer(densities(1), density, [mesh_points])
    call c_f_pointer(cotangents(1), cotangent, [mesh_points])
    cotangent = density - 1
    value = value + sum(cotangent**2) / 2
    code = 0
  end function
end module

program gradient
  use mpi
  use losses
  implicit none
  type, bind(c) :: share_type
    integer(c_int64_t) :: shape(3), first(3), count(3)
  end type
  type, bind(c) :: universe_type
    type(c_ptr) :: noise, cosmology
  end type
  type, bind(c) :: gradient_type
    real(c_double) :: value, cosmology(8)
    type(c_ptr) :: noise
    integer(c_int64_t) :: differing_words
  end type
  interface
    integer(c_int) function palindrome_model_create(text, overrides, communicator, model) bind(c)
      import; character(c_char), intent(in) :: text(*); type(c_ptr), value :: overrides
      integer(c_int32_t), value :: communicator; type(c_ptr), intent(out) :: model
    end function
    integer(c_int) function palindrome_share_of(model, grid, share) bind(c)
      import; type(c_ptr), value :: model; integer(c_int), value :: grid; type(share_type), intent(out) :: share
    end function
    integer(c_int) function palindrome_white_noise(model, seed, noise) bind(c)
      import; type(c_ptr), value :: model; integer(c_int64_t), intent(in) :: seed; type(c_ptr), value :: noise
    end function
    integer(c_int) function palindrome_value_and_gradient(model, universe, times, loss, context, result) bind(c)
      import; type(c_ptr), value :: model, times, context; type(universe_type), intent(in) :: universe
      type(c_funptr), value :: loss; type(gradient_type), intent(inout) :: result
    end function
    subroutine palindrome_model_free(model) bind(c)
      import; type(c_ptr), value :: model
    end subroutine
  end interface
  type(c_ptr) :: model
  type(share_type) :: mesh, grid
  type(gradient_type) :: found
  real(c_double), allocatable, target :: noise(:), slope(:)
  integer :: ierr, rank
  character(*), parameter :: configuration = 'box: {particles: 16, spacing: 4.0}' // c_new_line // &
    'evolution: {steps: 3}' // c_new_line // 'run: {precision: double}' // c_new_line // c_null_char

  call MPI_Init(ierr)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
  if (palindrome_model_create(configuration, c_null_ptr, int(MPI_COMM_WORLD, c_int32_t), model) /= 0) error stop
  if (palindrome_share_of(model, 1, mesh) /= 0) error stop
  if (palindrome_share_of(model, 0, grid) /= 0) error stop
  mesh_points = product(mesh%count)
  allocate (noise(product(grid%count)), slope(product(grid%count)))
  if (palindrome_white_noise(model, 1_c_int64_t, c_loc(noise)) /= 0) error stop
  found%noise = c_loc(slope)
  if (palindrome_value_and_gradient(model, universe_type(c_loc(noise), c_null_ptr), c_null_ptr, c_funloc(loss), &
                                    c_null_ptr, found) /= 0) error stop
  if (rank == 0) print '(es18.12, 1x, es19.12)', found%value, found%cosmology(3)
  call palindrome_model_free(model)
  call MPI_Finalize(ierr)
end program
