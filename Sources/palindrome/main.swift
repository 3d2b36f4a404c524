print("palindrome")
