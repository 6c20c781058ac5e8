package main

import "fmt"

func main() {
	there := make(chan int)
	back := make(chan int)
	go func() {
		for n := range there {
			back <- n + 1
		}
	}()
	n := 0
	for n < 1000000 {
		there <- n
		n = <-back
	}
	close(there)
	fmt.Println(n)
}
