package main

import "fmt"

func skynet(out chan int, num, size int) {
	if size == 1 {
		out <- num
		return
	}
	in := make(chan int)
	step := size / 10
	for i := 0; i < 10; i++ {
		go skynet(in, num+i*step, step)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-in
	}
	out <- sum
}
func main() { out := make(chan int); go skynet(out, 0, 1000000); fmt.Println(<-out) }
