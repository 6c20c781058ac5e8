package main

import "fmt"

func main() {
	n, hops := 503, 1000000
	first := make(chan int)
	done := make(chan int)
	left := first
	for id := 0; id < n; id++ {
		right := first
		if id != n-1 {
			right = make(chan int)
		}
		go func(l, r chan int, num int) {
			for v := range l {
				if v == 0 {
					done <- num
				} else {
					r <- v - 1
				}
			}
		}(left, right, id+1)
		left = right
	}
	first <- hops
	fmt.Println(<-done)
}
