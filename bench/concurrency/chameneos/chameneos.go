package main

import "fmt"

type visit struct {
	colour int
	answer chan int
}

func complement(a, b int) int {
	if a == b {
		return a
	}
	return 3 - a - b
}

func mall(visits chan visit, meetings int) {
	for i := 0; i < meetings; i++ {
		first, second := <-visits, <-visits
		first.answer <- second.colour
		second.answer <- first.colour
	}
	for v := range visits {
		v.answer <- -1
	}
}

func creature(colour int, visits chan visit, done chan int) {
	answer := make(chan int, 1)
	met := 0
	for {
		visits <- visit{colour, answer}
		other := <-answer
		if other < 0 {
			break
		}
		colour = complement(colour, other)
		met++
	}
	done <- met
}

func main() {
	visits := make(chan visit)
	done := make(chan int)
	for i := 0; i < 10; i++ {
		go creature(i%3, visits, done)
	}
	go mall(visits, 200000)
	met := 0
	for i := 0; i < 10; i++ {
		met += <-done
	}
	close(visits)
	fmt.Println(met)
}
