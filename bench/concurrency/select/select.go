package main

import "fmt"

func producer(to chan int, count int) {
	for i := 0; i < count; i++ {
		to <- i
	}
}

func main() {
	a, b, c, d := make(chan int), make(chan int), make(chan int), make(chan int)
	for _, ch := range []chan int{a, b, c, d} {
		go producer(ch, 250000)
	}
	sum := 0
	for i := 0; i < 1000000; i++ {
		select {
		case n := <-a:
			sum += n
		case n := <-b:
			sum += n
		case n := <-c:
			sum += n
		case n := <-d:
			sum += n
		}
	}
	fmt.Println(sum)
}
